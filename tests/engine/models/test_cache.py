from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.models.cache import made_once, sha256, sha256_of_file
from engine.models.errors import CacheError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("ACCORD_CACHE", str(cache))
    return cache


def writing(text: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_text(text)

    return make


def test_a_file_is_made_once() -> None:
    made: list[Path] = []

    def make(path: Path) -> None:
        made.append(path)
        path.write_text("whole")

    assert made_once("a.bin", make).read_text() == "whole"
    assert made_once("a.bin", make).read_text() == "whole"
    assert len(made) == 1


@pytest.mark.parametrize("damage", ["whol", "WHOLE", "whole and more", ""])
def test_a_damaged_file_is_made_again(damage: str) -> None:
    path = made_once("a.bin", writing("whole"))
    path.write_text(damage)
    assert made_once("a.bin", writing("whole")).read_text() == "whole"


@pytest.mark.parametrize("note", ["", "{", "{}", '{"bytes": 5}', "[]"])
def test_a_file_whose_note_is_damaged_is_made_again(note: str, folder: Path) -> None:
    made_once("a.bin", writing("old"))
    (folder / "a.bin.json").write_text(note)
    assert made_once("a.bin", writing("new")).read_text() == "new"


def test_a_failed_make_leaves_nothing(folder: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(CacheError) as failed:
        made_once("a.bin", fail)
    assert failed.value.parameters == {"path": str(folder), "reason": "No space left on device"}
    assert [path.name for path in folder.iterdir()] == ["a.bin.lock"]


def test_a_folder_that_cannot_be_made_is_a_cache_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(CacheError):
        made_once("a.bin", writing("whole"))


def test_a_hash_can_be_had_without_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("content")
    monkeypatch.setenv("ACCORD_CACHE", str(file / "cache"))
    assert sha256(file) == sha256_of_file(file)


MAKE = """
    import sys, time
    from pathlib import Path
    from engine.models.cache import made_once
    def make(path):
        with open(sys.argv[1], "a") as log:
            log.write("made\\n")
        time.sleep(0.3)
        path.write_text("whole")
    print(made_once("a.bin", make).read_text())
"""


def test_two_processes_at_once_make_a_file_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", textwrap.dedent(MAKE), str(log)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in running] == ["whole\n"] * 2
    assert log.read_text() == "made\n"


FULL = """
    import resource
    from engine.models import bundled
    from engine.models.errors import CacheError
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    for make in (bundled.bundled_embedder, bundled.bundled_drafter):
        try:
            make()
        except CacheError as problem:
            print(problem.code, problem.parameters["reason"])
"""


@pytest.mark.model
def test_a_disk_without_room_for_the_models_is_a_cache_error_and_leaves_nothing(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(FULL)], capture_output=True, text=True, timeout=120)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["cache_not_writable"] * 2, done.stderr
    assert not [path for path in folder.iterdir() if path.suffix != ".lock"]
