"""The deployment's signature: an Ed25519 key (RFC 8032) over a log's head, and over a manifest of files.

A hash chain shows that a log is whole, not whose it is: whoever changes an event can hash all that follows again. The
signature ties the head to the deployment, whose key's fingerprint is posted where people deliberate.

`cryptography` signs: OpenSSL's Ed25519 in constant time, and its PEM files are read by every other tool.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from engine.deliberation.sealed import canonical_json
from storage.errors import StorageError
from storage.export.log_file import Header

KEY_FILE: Final = "signing-key.pem"
ALGORITHM: Final = "Ed25519"
_HEAD, _MANIFEST = b"accord head\x00", b"accord manifest\x00"
"""What is signed begins with what it is, so that one signature cannot pass for the other."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Both signatures of one export, in hex; `manifest` is None for a log without a manifest."""

    key: str
    head: str
    manifest: str | None

    def as_json(self) -> dict[str, Any]:
        """As it stands in `signature.json`."""
        return {"algorithm": ALGORITHM, "key": self.key, "head": self.head, "manifest": self.manifest}


def fingerprint(key: str) -> str:
    """The first 128 bits of the SHA-256 of a public key (hex), in groups of four that people can compare.

    >>> fingerprint("00" * 32)
    '6668 7aad f862 bd77 6c8f c18b 8e9f 8e20'
    """
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


class SigningKey:
    """A deployment's key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> str:
        """The public key: 32 bytes in hex."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, header: Header, manifest: bytes | None = None) -> Signature:
        """Sign a log's head, and the bytes of a manifest where there is one."""
        return Signature(
            key=self.public,
            head=self._key.sign(head_message(header)).hex(),
            manifest=None if manifest is None else self._key.sign(_MANIFEST + manifest).hex(),
        )


def signing_key(folder: Path) -> SigningKey:
    """The key of the deployment that keeps its data in `folder`; made at the first call, readable for its owner only.

    Raises `StorageError` ("key_unreadable"). A lost key makes new exports unlike old ones, and breaks nothing else.
    """
    path = folder / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        found = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as problem:
        raise StorageError("key_unreadable", path=str(path), reason=str(problem)) from problem
    if not isinstance(found, Ed25519PrivateKey):
        raise StorageError("key_unreadable", path=str(path), reason=type(found).__name__)
    return SigningKey(found)


def _make(path: Path) -> None:
    """Written whole under another name and linked into place, so that of two processes one makes the key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        temporary.unlink()


def head_message(header: Header) -> bytes:
    """What the signature of a head is over."""
    return _HEAD + canonical_json({"deliberation": header.deliberation, "records": header.records, "head": header.head})


def signature_from_json(fields: object) -> Signature | None:
    """What `signature.json` holds, None if it is none."""
    if not isinstance(fields, dict):
        return None
    found = cast("dict[str, Any]", fields)
    key, head, manifest = found.get("key"), found.get("head"), found.get("manifest")
    if found.get("algorithm") != ALGORITHM or not isinstance(key, str) or not isinstance(head, str):
        return None
    if manifest is not None and not isinstance(manifest, str):
        return None
    return Signature(key, head, manifest)


def signs_head(signature: Signature, header: Header) -> bool:
    """Whether the signature is its key's over this head."""
    return _holds(signature.key, signature.head, head_message(header))


def signs_manifest(signature: Signature, manifest: bytes) -> bool:
    """Whether the signature is its key's over these bytes."""
    return signature.manifest is not None and _holds(signature.key, signature.manifest, _MANIFEST + manifest)


def _holds(key: str, signature: str, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
