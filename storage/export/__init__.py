"""What leaves a store: the log, tables of it, other tools' formats, and a zip of all with a manifest of hashes."""

from storage.export.log_file import (
    FORMAT_NAME,
    ExportedRecord,
    Header,
    export,
    read_events,
    read_header,
    read_records,
)

__all__ = ["FORMAT_NAME", "ExportedRecord", "Header", "export", "read_events", "read_header", "read_records"]
