"""llama.cpp's messages, sent to Python's `logging` instead of standard error."""

from __future__ import annotations

import ctypes
import logging
from typing import Any

import llama_cpp.llama_cpp as native

api: Any = native
_LEVELS = {1: logging.DEBUG, 2: logging.DEBUG, 3: logging.WARNING, 4: logging.ERROR}
"""ggml's levels none, debug, info (of which there is a lot at every start), warning, error."""
_logger = logging.getLogger("accord.llama_cpp")


def _receive(level: int, text: bytes, _data: object) -> None:
    found = _LEVELS.get(level, logging.DEBUG)
    if _logger.isEnabledFor(found):
        _logger.log(found, "%s", text.decode(errors="replace").rstrip())


_callback = api.llama_log_callback(_receive)
"""Kept for as long as the library may call it."""


def send_to_logging() -> None:
    """Take llama.cpp's messages from now on."""
    api.llama_log_set(_callback, ctypes.c_void_p(0))
