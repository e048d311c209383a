"""How files are read, wherever that is: on this machine or on a worker of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.document import SourceFile
from extract.isolation import read_all
from extract.options import Options
from extract.sources import read_archived
from flows.settings import Settings
from transform.packed import read_and_pack


@dataclass(frozen=True)
class Limits:
    """Where the bytes of files are, and what one of them may use."""

    archive: Path
    timeout_seconds: float
    memory_limit_bytes: int
    options: Options

    @staticmethod
    def of(settings: Settings) -> Limits:
        """As the settings say."""
        memory = settings.worker_memory_mb * 1024 * 1024
        return Limits(settings.archive.resolve(), settings.file_timeout_seconds, memory, settings.reading)


def read_here(sources: Sequence[SourceFile], limits: Limits, workers: int) -> Iterator[bytes]:
    """What was read of each file, packed, in the order of `sources`: by processes of this machine."""
    return read_all(
        sources,
        lambda source: read_archived(limits.archive, source.sha256),
        workers=workers,
        timeout_seconds=limits.timeout_seconds,
        memory_limit_bytes=limits.memory_limit_bytes,
        options=limits.options,
        finish=read_and_pack,
    )
