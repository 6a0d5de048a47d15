"""What a person said or chose lies beside the hash chain, not in it.

An event holds a `Sealed` value. The chain holds only its commitment, SHA-256 over a 128-bit salt and the
canonical JSON of the value; salt and value are kept beside it. Erasing them leaves the chain intact and the
commitment meaningless, since a value cannot be guessed without its salt.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

SALT_BYTES = 16
# One encoder for all values: `json.dumps` would make one at every call, and a long log has millions.
# What it is given comes from JSON or from a model, so nothing holds itself.
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)


def canonical_json(value: Any) -> bytes:
    """The one byte sequence that stands for a JSON value: sorted keys, no spaces, UTF-8.

    Raises `ValueError` for NaN and infinities, which JSON cannot hold, and `UnicodeEncodeError` (a `ValueError`)
    for lone surrogates, which UTF-8 cannot.
    """
    return _CANONICAL.encode(value).encode()


def canonical_text(value: Any) -> str:
    """The same before it is encoded, to be put into something greater. Raises as `canonical_json`."""
    return _CANONICAL.encode(value)


def commitment(salt: str, value: Any) -> str:
    """SHA-256 (hex) over the salt's bytes and the canonical JSON of `value`; `salt` is hex."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical_json(value)).hexdigest()


def derive(entropy: str, label: str) -> str:
    """A 128-bit hex string for one purpose, from the 256 random bits (hex) that came with a command.

    The core draws no random numbers; whoever sends a command brings `entropy`, and each salt and tag of the
    resulting events is an independent HMAC-SHA-256 of it (RFC 2104).
    """
    return hmac.new(bytes.fromhex(entropy), label.encode(), hashlib.sha256).hexdigest()[: 2 * SALT_BYTES]


class Sealed(BaseModel, Generic[T]):
    """A value kept beside the chain, or what is left of one: its commitment.

    `owners` are the pseudonyms whose erasure removes the value (any one suffices); a value without owners is
    nobody's personal data but can still be hidden. A `secret` value (a ballot) never leaves the operator's store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    commitment: str = Field(pattern=r"^[0-9a-f]{64}$")
    owners: tuple[str, ...] = ()
    secret: bool = False
    salt: str | None = None
    value: T | None = None

    @property
    def erased(self) -> bool:
        """Whether only the commitment is left."""
        return self.salt is None

    @classmethod
    def seal(cls, value: T, *, salt: str, owners: tuple[str, ...] = (), secret: bool = False) -> Sealed[T]:
        """Commit to `value`, a JSON value or a pydantic model, under `salt` (32 hex digits)."""
        plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        return cls(commitment=commitment(salt, plain), owners=owners, secret=secret, salt=salt, value=value)

    def without_value(self) -> Sealed[T]:
        """What is left after an erasure, or of a secret in an export; the owners lie beside the chain as well."""
        return type(self)(commitment=self.commitment, secret=self.secret)

    def belongs_to_any(self, owners: frozenset[str]) -> bool:
        """Whether erasing these pseudonyms erases the value."""
        return not owners.isdisjoint(self.owners)


def sealed_values(value: Any) -> Iterator[Sealed[Any]]:
    """Every sealed value in an event or in a part of one, erased or not."""
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from sealed_values(getattr(value, name))
    elif isinstance(value, tuple):
        for inner in cast("tuple[Any, ...]", value):
            yield from sealed_values(inner)
