"""Files → what was read and parsed of each, on this machine or on a Dask cluster; no file is read twice in a night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from extract.document import SourceFile
from extract.fault_points import at
from extract.isolation import OF_THE_WORKER
from flows.parts import PART_BYTES, PART_FILES, Key, key_of, parts_of, read_part, write_part
from flows.program import identity_of
from flows.reading_limits import Limits, read_here
from flows.settings import Settings
from flows.summary import Watch
from flows.uncollected import uncollected
from transform.night import FileReading
from transform.packed import unpacked


def part_folder(settings: Settings) -> Path:
    """Where what was read waits until the night is loaded."""
    return settings.home / "work" / "read"


def read_files(settings: Settings, sources: Sequence[SourceFile], watch: Watch) -> list[FileReading]:
    """What was read of each file, in the order of `sources`; those a run that was killed had read are not read again.

    Files that ended their reader's process then are tried again.
    """
    if not sources:
        return []
    limits, folder = Limits.of(settings), part_folder(settings)
    program = identity_of(limits.options)
    with uncollected(), watch.progress("reading", len(sources)) as step:
        known = _read_before(folder, program, sources, step)
        missing = [source for source in sources if key_of(source) not in known]
        if missing and settings.dask_scheduler is not None:
            _read_elsewhere(settings.dask_scheduler, settings, missing, known, watch, step)
            missing = [source for source in missing if key_of(source) not in known]
        packed = read_here(missing, limits, settings.workers)
        for source, data in zip(missing, _kept_in_parts(missing, packed, folder, program), strict=True):
            known[key_of(source)] = unpacked(data)
            step()
    return [_of_night(known[key_of(source)], source) for source in sources]


def _read_before(
    folder: Path, program: str, sources: Sequence[SourceFile], step: Callable[[], None]
) -> dict[Key, FileReading]:
    wanted = {key_of(source) for source in sources}
    known: dict[Key, FileReading] = {}
    for path in parts_of(folder, program):
        for key, packed in read_part(path):
            if key in wanted and key not in known:
                file = unpacked(packed)
                if file.outcome.code not in OF_THE_WORKER:
                    known[key] = file
                    step()
    return known


def _read_elsewhere(
    scheduler: str,
    settings: Settings,
    sources: Sequence[SourceFile],
    known: dict[Key, FileReading],
    watch: Watch,
    step: Callable[[], None],
) -> None:
    """Add to `known` what a Dask cluster reads; all of it, or what it could."""
    from flows.cluster import NoCluster, read_on_cluster

    def say(line: str) -> None:
        watch.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def take(part: Path) -> None:
        for key, packed in read_part(part):
            known[key] = unpacked(packed)
            step()

    limits, before = Limits.of(settings), len(known)
    try:
        read_on_cluster(scheduler, sources, limits, part_folder(settings), settings.dask_batch_files, take, say)
    except NoCluster as error:
        say(f"the Dask cluster is not used: {error}")
    if left := len(sources) - (len(known) - before):
        say(f"{left} of {len(sources)} files are read on this machine")


def _kept_in_parts(
    sources: Sequence[SourceFile], packed: Iterator[bytes], folder: Path, program: str
) -> Iterator[bytes]:
    """The same, and written down each time that enough has come together."""
    waiting: list[tuple[SourceFile, bytes]] = []
    size = 0
    for source, data in zip(sources, packed, strict=True):
        at("read.result")
        waiting.append((source, data))
        size += len(data)
        if len(waiting) >= PART_FILES or size >= PART_BYTES:
            write_part(folder, program, waiting)
            waiting, size = [], 0
        yield data
    if waiting:
        write_part(folder, program, waiting)


def _of_night(file: FileReading, source: SourceFile) -> FileReading:
    """As read for the night of `source`: the run that was killed may have been another night's."""
    if file.outcome.night == source.night:
        return file
    copies = tuple(replace(copy, night=source.night) for copy in file.copies)
    return FileReading(replace(file.outcome, night=source.night), copies)
