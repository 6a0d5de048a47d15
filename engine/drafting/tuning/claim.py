"""Say in an adapter which model it was made for: `python -m engine.drafting.tuning.claim ADAPTER MODEL TARGET`.

For adapters that were trained elsewhere and brought into GGUF by llama.cpp's `convert_lora_to_gguf.py`, which does not
say it in a way that can be checked. Accord puts an adapter on no model but the one that it names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gguf
from gguf.constants import GGUFValueType

from engine.models.cache import sha256
from engine.models.errors import ModelFileError
from engine.models.gguf_file import BASE_SHA256, read_facts


def claim(adapter: Path, model: Path, target: Path) -> None:
    """Copy an adapter to `target` and name `model` in it, instead of whatever it named.

    Raises `ModelFileError` for what is no GGUF, no adapter, or an adapter for another kind of model.
    """
    facts, base = read_facts(adapter), read_facts(model)
    if not facts.is_adapter:
        raise ModelFileError("adapter_not_one", path=str(adapter))
    if base.is_adapter or facts.architecture != base.architecture:
        raise ModelFileError("adapter_for_other_model", path=str(adapter), model=str(model))
    reader = gguf.GGUFReader(adapter)
    writer = gguf.GGUFWriter(target, facts.architecture)
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in {"general.architecture", BASE_SHA256}:
            continue
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=inner)
    writer.add_string(BASE_SHA256, sha256(model))
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> int:
    """Write the copy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, text in (("adapter", "as it was trained"), ("model", "the GGUF it is for"), ("target", "where to write")):
        parser.add_argument(name, type=Path, help=text)
    options = parser.parse_args()
    claim(options.adapter, options.model, options.target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
