"""People's names inside one deliberation: keyed, so that nobody without the key can tell who or link two logs."""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

_LENGTH = 16


def pseudonym(key: bytes, person: str, purpose: Literal["member", "voter"]) -> str:
    """What a person is called when they speak ("member") or vote ("voter") under a deliberation's secret `key`.

    HMAC-SHA-256 of purpose and person, 64 bits in hex after a letter: stable inside the deliberation, unlinkable
    between purposes and between deliberations.
    """
    digest = hmac.new(key, f"{purpose}\x00{person}".encode(), hashlib.sha256).hexdigest()
    return purpose[0] + digest[:_LENGTH]
