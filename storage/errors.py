"""What can go wrong with a log.

EngineError
└── StorageError                anything about logs and the files they are in
    ├── VersionConflictError    another append came first: read, decide and append again
    ├── StoreFileError          the database cannot be used; it was not touched
    ├── StoreFullError          no space was left; nothing was written
    ├── StoreClosedError        the log was closed
    ├── LogFileError            an exported log that is no log, or one that is not whole; names the line
    └── LogTooNewError          written by a newer version of Accord
"""

from __future__ import annotations

from engine.deliberation.errors import EngineError


class StorageError(EngineError):
    """Anything about logs and the files they are in."""


class VersionConflictError(StorageError):
    """Another append came first."""


class StoreFileError(StorageError):
    """The database cannot be used; it was not touched."""


class StoreFullError(StorageError):
    """No space was left; nothing was written."""


class StoreClosedError(StorageError):
    """The log was closed."""


class LogFileError(StorageError):
    """An exported log that is no log, or one that is not whole."""


class LogTooNewError(StorageError):
    """Written by a newer version of Accord."""


CODES: dict[str, tuple[str, ...]] = {
    "version_conflict": ("deliberation", "expected", "found"),
    "store_foreign": ("path",),
    "store_damaged": ("path",),
    "store_too_new": ("path", "version"),
    "store_not_writable": ("path", "reason"),
    "store_full": ("path",),
    "store_closed": (),
    "redis_url": (),
    "redis_unreachable": ("place", "reason"),
    "redis_not_durable": ("place",),
    "redis_refused": ("place", "reason"),
    "copy_differs": ("deliberation",),
    "no_such_deliberation": ("deliberation",),
    "log_missing": ("path",),
    "log_foreign": ("path",),
    "log_too_new": ("kind", "version"),
    "log_broken": ("path", "line", "fault"),
    "export_not_writable": ("path", "reason"),
    "already_there": ("deliberation",),
    "parquet_missing": ("reason",),
    "too_few_consented": ("use", "voters", "needed"),
    "bundle_broken": ("path", "name", "fault"),
    "signature_wrong": ("path", "what"),
    "key_unreadable": ("path", "reason"),
}
"""Every code and the names of its parameters."""

BUNDLE_FAULTS = ("missing", "hash", "surplus", "manifest", "head")
"""What can be wrong with a file of an exported zip or folder (`fault` of "bundle_broken")."""

FAULTS = (
    "not_a_record",
    "hash",
    "order",
    "previous",
    "other_deliberation",
    "side_value",
    "truncated",
    "surplus",
    "head",
    "tally",
    "named_twice",
)
"""What can be wrong with a line of an exported log (`fault` of "log_broken")."""
