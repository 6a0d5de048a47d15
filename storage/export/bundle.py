"""A zip of everything that an export holds, with a manifest of hashes and the deployment's signature.

    log.jsonl, report.html, *.csv, ...   what was asked for
    manifest.json                        every file's SHA-256 and size, the log's head, and what was left out and why
    signature.json                       over the head and over the manifest; missing where nobody signed
    verify.py                            checks all of it with nothing but Python (it is in the manifest as well)

The same files make the same zip, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final, cast

from engine.deliberation.sealed import canonical_json
from storage.errors import LogFileError, StorageError
from storage.export.log_file import Header
from storage.signing import (
    Signature,
    SigningKey,
    signature_from_json,
    signs_head,
    signs_manifest,
)

MANIFEST, SIGNATURE, LOG, VERIFIER = "manifest.json", "signature.json", "log.jsonl", "verify.py"
FORMAT_NAME, FORMAT_VERSION = "accord-manifest", 1
_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The zip's own first moment: when it was made would make every zip another."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose signature an export carries; None where nobody signed."""

    key: str | None
    files: int
    """How many files the manifest names; 0 where there is none."""


NOBODY: Final = Signed(None, 0)
"""What a log alone says of who signed it."""


def manifest_of(header: Header, files: Mapping[str, bytes], left_out: Mapping[str, str]) -> bytes:
    """The manifest as canonical JSON. `left_out`: a format's name and the code of why it is not there."""
    listed = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()}
    return canonical_json(
        {
            "format": FORMAT_NAME,
            "format_version": FORMAT_VERSION,
            "deliberation": header.deliberation,
            "records": header.records,
            "head": header.head,
            "files": listed,
            "left_out": dict(left_out),
        }
    )


def write_bundle(
    path: Path, header: Header, files: Mapping[str, bytes], left_out: Mapping[str, str], key: SigningKey | None
) -> Signature | None:
    """Write the zip, whole or not at all; the signature, if there is a key. Raises `StorageError`."""
    held = {**files, VERIFIER: verifier()}
    manifest = manifest_of(header, held, left_out)
    held[MANIFEST] = manifest
    signature = None if key is None else key.sign(header, manifest)
    if signature is not None:
        held[SIGNATURE] = canonical_json(signature.as_json())
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(held):
                entry = zipfile.ZipInfo(name, _TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, held[name])
        temporary.replace(path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise StorageError("export_not_writable", path=str(path), reason=problem.strerror or str(problem)) from problem
    return signature


def verifier() -> bytes:
    """The one-file program that checks an export with nothing but Python's standard library."""
    return resources.files("storage.export").joinpath("standalone.py").read_bytes()


def check_files(
    path: Path, header: Header, names: list[str], read: Callable[[str], bytes], *, others: bool = False
) -> Signed:
    """Check the files around a log (`names`, read by `read`): hashes, manifest, signatures. `others`: whether there may
    be files that the manifest does not name, as in a folder that people work in.

    Raises `LogFileError` ("bundle_broken", "signature_wrong"), which names the file.
    """
    signature = None
    if SIGNATURE in names:
        signature = signature_from_json(_json(read(SIGNATURE)))
        if signature is None or not signs_head(signature, header):
            raise LogFileError("signature_wrong", path=str(path), what="head")
    if MANIFEST not in names:
        return Signed(None if signature is None else signature.key, 0)
    manifest = read(MANIFEST)
    if signature is not None and not signs_manifest(signature, manifest):
        raise LogFileError("signature_wrong", path=str(path), what="manifest")
    listed = _listed(path, header, manifest)
    for name, expected in listed.items():
        if name not in names:
            raise LogFileError("bundle_broken", path=str(path), name=name, fault="missing")
        if hashlib.sha256(read(name)).hexdigest() != expected:
            raise LogFileError("bundle_broken", path=str(path), name=name, fault="hash")
    for name in names:
        if not others and (names.count(name) > 1 or (name not in listed and name not in (MANIFEST, SIGNATURE))):
            raise LogFileError("bundle_broken", path=str(path), name=name, fault="surplus")
    return Signed(None if signature is None else signature.key, len(listed))


def _listed(path: Path, header: Header, manifest: bytes) -> dict[str, str]:
    """The manifest's files and their hashes."""
    fields = _json(manifest)
    try:
        found = cast("dict[str, Any]", fields)
        if found["format"] != FORMAT_NAME or found["format_version"] != FORMAT_VERSION:
            raise LogFileError("log_too_new", kind=str(found["format"]), version=found["format_version"])
        if (found["deliberation"], found["records"], found["head"]) != (
            header.deliberation,
            header.records,
            header.head,
        ):
            raise LogFileError("bundle_broken", path=str(path), name=MANIFEST, fault="head")
        return {str(name): str(facts["sha256"]) for name, facts in found["files"].items()}
    except (KeyError, TypeError, AttributeError) as problem:
        raise LogFileError("bundle_broken", path=str(path), name=MANIFEST, fault="manifest") from problem


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError:
        return None
