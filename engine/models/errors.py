"""What can go wrong with a model.

EngineError
└── ModelError                  anything about weights and their use
    ├── ModelFileError          a file is missing, broken or not what it should be
    ├── ModelDownloadError      a model on a hub cannot be had
    ├── ModelServerError        a server that runs a model does not answer, or not as it should
    ├── CacheError              the cache folder cannot be written
    ├── ContextTooSmallError    the prompt and the answer exceed what the model was trained for
    └── DecodingError           llama.cpp failed
"""

from __future__ import annotations

from engine.deliberation.errors import EngineError


class ModelError(EngineError):
    """Anything about weights and their use."""


class ModelFileError(ModelError):
    """A file is missing, broken or not what it should be."""


class ModelDownloadError(ModelError):
    """A model on a hub cannot be had."""


class ModelServerError(ModelError):
    """A server that runs a model does not answer, or not as it should."""


class CacheError(ModelError):
    """The cache folder cannot be written."""


class ContextTooSmallError(ModelError):
    """The prompt and the answer exceed what the model was trained for."""


class DecodingError(ModelError):
    """llama.cpp failed."""


CODES: dict[str, tuple[str, ...]] = {
    "model_missing": ("path",),
    "model_not_gguf": ("path",),
    "model_truncated": ("path", "bytes", "needed"),
    "model_in_parts": ("path", "parts"),
    "model_cannot_write": ("path", "architecture"),
    "model_not_loadable": ("path",),
    "adapter_not_one": ("path",),
    "adapter_for_other_model": ("path", "model"),
    "adapter_not_loadable": ("path",),
    "model_package_missing": ("package",),
    "model_name_unknown": ("name",),
    "model_download_failed": ("name", "reason"),
    "model_download_wrong": ("name", "expected", "found"),
    "model_server_unreachable": ("place", "reason"),
    "model_server_refused": ("place", "status", "reason"),
    "model_server_answer": ("place",),
    "model_server_password": (),
    "model_server_lacks": ("place", "name", "found"),
    "cache_not_writable": ("path", "reason"),
    "reencoding_failed": ("path", "status"),
    "context_too_small": ("needed", "limit"),
    "context_not_created": ("tokens",),
    "decode_failed": ("status",),
}
"""Every code and the names of its parameters."""


class CancelledError(Exception):
    """Whoever asked for the decoding no longer wants it."""
