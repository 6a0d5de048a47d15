"""`hf:` names against a stand-in of the hub: fetched once, whole and checked, or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.models.errors import CODES
from tests.engine.models.model_hub import CONTENT, ModelHub

NAME = "hf:owner/repository/model.gguf"


@pytest.fixture
def hub() -> Iterator[ModelHub]:
    started = ModelHub()
    yield started
    started.close()


FETCH = """
    import hashlib, json, sys
    from engine.models.download import download
    from engine.models.errors import ModelError
    for name in sys.argv[1:]:
        told = []
        try:
            path = download(name, lambda done, of: told.append((done, of)))
            print(json.dumps({"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "told": told}))
        except ModelError as problem:
            print(json.dumps({"code": problem.code, "parameters": problem.parameters, "told": told}))
"""


def fetch(endpoint: str, folder: Path, *names: str) -> list[dict[str, Any]]:
    """In a process of its own: the hub's client reads its settings when it is imported."""
    variables = {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(folder),
        "ACCORD_CACHE": str(folder),
        "NO_PROXY": "127.0.0.1,localhost",
    }
    command = ["env", *(f"{name}={value}" for name, value in variables.items()), sys.executable, "-c"]
    done = subprocess.run([*command, textwrap.dedent(FETCH), *names], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def left_over(folder: Path) -> list[str]:
    """Contents that lie in the hub client's cache, whole or not."""
    return [path.name for path in folder.rglob("blobs/*")]


def test_a_model_is_fetched_once_with_its_bytes_told_and_a_missing_one_is_a_typed_error(
    hub: ModelHub, tmp_path: Path
) -> None:
    there, again, missing = fetch(hub.url, tmp_path, NAME, NAME, "hf:owner/repository/other.gguf")
    assert there["sha256"] == hub.hash
    assert there["told"][0] == [0, len(CONTENT)]
    assert there["told"][-1] == [len(CONTENT), len(CONTENT)]
    assert again["sha256"] == there["sha256"]
    assert hub.asked == [0]
    assert missing["code"] == "model_download_failed"


def test_what_was_fetched_serves_without_the_hub(hub: ModelHub, tmp_path: Path) -> None:
    (first,) = fetch(hub.url, tmp_path, NAME)
    (later,) = fetch("http://127.0.0.1:9", tmp_path, NAME)
    assert later["sha256"] == first["sha256"]


def test_a_file_with_another_hash_is_refused_deleted_and_fetched_anew(hub: ModelHub, tmp_path: Path) -> None:
    hub.content = CONTENT[:-1] + b"?"
    (wrong,) = fetch(hub.url, tmp_path, NAME)
    assert wrong["code"] == "model_download_wrong"
    assert set(wrong["parameters"]) == set(CODES["model_download_wrong"])
    assert wrong["parameters"]["expected"] == hub.hash
    assert left_over(tmp_path) == []
    hub.content = CONTENT
    (right,) = fetch(hub.url, tmp_path, NAME)
    assert right["sha256"] == hub.hash


def test_a_file_that_is_damaged_later_is_found_out(hub: ModelHub, tmp_path: Path) -> None:
    fetch(hub.url, tmp_path, NAME)
    (content,) = tmp_path.rglob("blobs/*")
    content.write_bytes(b"GGUF and something else")
    (found,) = fetch(hub.url, tmp_path, NAME)
    assert found["code"] == "model_download_wrong"


def test_a_download_that_breaks_off_goes_on_from_where_it_was(hub: ModelHub, tmp_path: Path) -> None:
    # The client keeps what it has in pieces of 10 MiB.
    piece = 10 << 20
    hub.holds(CONTENT + bytes(2 * piece))
    hub.breaks_at = [piece + 1000, 2 * piece + 1000]
    (there,) = fetch(hub.url, tmp_path, NAME)
    assert there["sha256"] == hub.hash
    assert hub.asked == [0, piece, 2 * piece]
    assert there["told"][-1] == [hub.size, hub.size]


def test_a_file_of_another_size_is_refused_and_nothing_half_is_left(hub: ModelHub, tmp_path: Path) -> None:
    hub.content = CONTENT[:-1000]
    (short,) = fetch(hub.url, tmp_path, NAME)
    assert short["code"] == "model_download_failed"
    assert "size" in short["parameters"]["reason"]
    assert left_over(tmp_path) == []


def test_a_hub_that_does_not_answer_is_a_typed_error(tmp_path: Path) -> None:
    (nothing,) = fetch("http://127.0.0.1:9", tmp_path, NAME)
    assert nothing["code"] == "model_download_failed"
