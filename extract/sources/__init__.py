"""Where files come from: each one is read once, hashed, and kept in the archive under its hash.

Names from outside are shown, never used as paths. What cannot be pulled is listed with its reason, never skipped
silently. Sources are folders, archives, or anything fsspec has a name for (s3://, sftp://, https:// …).
"""

from extract.sources.listed import (
    DEFAULT_LIMITS,
    MAX_FILE_BYTES,
    Known,
    Limits,
    Listed,
    Pulled,
    SourceUnavailable,
)
from extract.sources.naming import display, masked, source_name
from extract.sources.pulling import list_files, pull
from extract.sources.store import archive, archive_path, finish, read_archived

__all__ = [
    "DEFAULT_LIMITS",
    "MAX_FILE_BYTES",
    "Known",
    "Limits",
    "Listed",
    "Pulled",
    "SourceUnavailable",
    "archive",
    "archive_path",
    "display",
    "finish",
    "list_files",
    "masked",
    "pull",
    "read_archived",
    "source_name",
]
