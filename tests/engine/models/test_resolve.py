from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from engine.models.bundled import bundled_embedder
from engine.models.errors import CODES, ModelFileError
from engine.models.llama import LanguageModel
from engine.models.resolve import resolve


def broken(kind: str, folder: Path) -> Path:
    path = folder / "model.gguf"
    if kind == "folder":
        path.mkdir()
    elif kind == "junk":
        path.write_bytes(bytes(range(256)) * 40)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "junk behind the magic":
        path.write_bytes(b"GGUF" + bytes(range(256)) * 40)
    elif kind == "cut header":
        path.write_bytes(bundled_embedder().read_bytes()[:5000])
    elif kind == "cut weights":
        path.write_bytes(bundled_embedder().read_bytes()[:-100_000])
    elif kind == "name too long":
        return folder / ("n" * 400)
    return path


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing", "model_missing"),
        ("folder", "model_missing"),
        ("name too long", "model_missing"),
        ("junk", "model_not_gguf"),
        ("empty", "model_not_gguf"),
        ("junk behind the magic", "model_truncated"),
        pytest.param("cut header", "model_truncated", marks=pytest.mark.model),
        pytest.param("cut weights", "model_truncated", marks=pytest.mark.model),
    ],
)
def test_a_file_that_is_no_whole_model_says_what_is_wrong(kind: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as refused:
        resolve(str(broken(kind, tmp_path)))
    assert refused.value.code == code
    assert set(refused.value.parameters) == set(CODES[code])


def a_gguf(path: Path, architecture: str, parts: int = 1) -> str:
    writer = gguf.GGUFWriter(path, architecture)
    if parts > 1:
        writer.add_uint16("split.count", parts)
    writer.add_tensor("token_embd.weight", np.zeros((4, 32), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return str(path)


def test_one_part_of_a_split_model_and_an_encoder_are_refused_by_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as refused:
        resolve(a_gguf(tmp_path / "model-00001-of-00003.gguf", "llama", parts=3))
    assert (refused.value.code, refused.value.parameters["parts"]) == ("model_in_parts", 3)
    with pytest.raises(ModelFileError) as refused:
        resolve(a_gguf(tmp_path / "reader.gguf", "nomic-bert"))
    assert (refused.value.code, refused.value.parameters["architecture"]) == ("model_cannot_write", "nomic-bert")
    assert resolve(a_gguf(tmp_path / "writer.gguf", "llama")).encoding == "as shipped"


def test_a_hub_name_without_a_file_is_unknown() -> None:
    for name in ("hf:", "hf:owner", "hf:owner/repository", "hf:/repository/file.gguf"):
        with pytest.raises(ModelFileError) as refused:
            resolve(name)
        assert refused.value.code == "model_name_unknown"


def test_a_file_that_llama_cpp_cannot_load_is_a_typed_error(tmp_path: Path) -> None:
    path = tmp_path / "no.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00" + bytes(16))
    with pytest.raises(ModelFileError) as refused:
        LanguageModel(path)
    assert refused.value.code == "model_not_loadable"
