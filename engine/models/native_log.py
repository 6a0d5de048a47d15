"""llama.cpp's messages, sent to Python's `logging` instead of standard error."""

from __future__ import annotations

import ctypes
import logging
import threading
from typing import Any

import llama_cpp.llama_cpp as native

api: Any = native
_LEVELS = {1: logging.DEBUG, 2: logging.DEBUG, 3: logging.WARNING, 4: logging.ERROR}
"""`enum ggml_log_level`: debug, info (of which there is a lot at every start), warning, error; 0 is none."""
_CONTINUES = 5
"""ggml's level of a message that goes on with the one before, and so is as grave as that one."""
_HARMLESS = ("special_eos_id is not in special_eog_ids", "possible training context overflow")
"""Warnings that need no action: llama.cpp adds the end token to its list itself right after saying the first, and the
second compares a cache that many sequences share with what one of them may use, which `complete` checks itself."""
_logger = logging.getLogger("accord.llama_cpp")
_last = threading.local()


def _receive(level: int, text: bytes, _data: object) -> None:
    """Never raises: llama.cpp could not catch it."""
    found: int = getattr(_last, "level", logging.DEBUG) if level == _CONTINUES else _LEVELS.get(level, logging.DEBUG)
    message = text.decode(errors="replace").rstrip()
    if found == logging.WARNING and any(harmless in message for harmless in _HARMLESS):
        found = logging.DEBUG
    _last.level = found
    if message.strip(".") and _logger.isEnabledFor(found):
        _logger.log(found, "%s", message)


_callback = api.llama_log_callback(_receive)
"""Kept for as long as the library may call it."""


def send_to_logging() -> None:
    """Take llama.cpp's messages from now on."""
    api.llama_log_set(_callback, ctypes.c_void_p(0))
