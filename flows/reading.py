"""Files → what was read and parsed of each, on this machine or on a Dask cluster; no file is read twice in a night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from uuid import uuid4

from expectations.light_import import great_expectations
from extract.document import SourceFile
from extract.fault_points import at
from extract.isolation import OF_THE_WORKER
from flows.ahead import importing
from flows.parts import PART_BYTES, PART_FILES, Key, key_of, parts_of, read_part, write_part
from flows.program import identity_of
from flows.reading_limits import Limits, read_here
from flows.settings import Settings
from flows.summary import Watch
from flows.uncollected import uncollected
from transform.at_rest import RestingPlace
from transform.night import FileReading

# what checking a night needs takes as long to import as some hundred files to read
_NEEDED_LATER = (great_expectations, partial(import_module, "great_expectations.validator.v1_validator"))
_MANY_FILES = 1_000
_STORED = "stored-"


def part_folder(settings: Settings) -> Path:
    """Where what was read waits until the night is loaded."""
    return settings.home / "work" / "read"


def stored_readings(settings: Settings) -> RestingPlace:
    """Where readings that are stored already rest while a night is decided once more: a file beside the parts, which
    goes with them."""
    return RestingPlace(part_folder(settings) / f"{_STORED}{uuid4().hex}")


def forget_stored_readings(settings: Settings) -> None:
    """Remove what runs that did not come to their end have left."""
    for path in part_folder(settings).glob(f"{_STORED}*"):
        path.unlink(missing_ok=True)


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
        with importing(*_NEEDED_LATER) if len(missing) >= _MANY_FILES else nullcontext():
            for source, file in zip(missing, _kept_in_parts(missing, packed, folder, program, step), strict=True):
                known[key_of(source)] = file
    return [_of_night(known[key_of(source)], source) for source in sources]


def _read_before(
    folder: Path, program: str, sources: Sequence[SourceFile], step: Callable[[], None]
) -> dict[Key, FileReading]:
    wanted = {key_of(source) for source in sources}
    known: dict[Key, FileReading] = {}
    for path in parts_of(folder, program):
        for key, file in read_part(path):
            if key in wanted and key not in known and file.outcome.code not in OF_THE_WORKER:
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
        for key, file in read_part(part):
            known[key] = file
            step()

    limits, before = Limits.of(settings), len(known)
    try:
        read_on_cluster(scheduler, sources, limits, part_folder(settings), settings.dask_batch_files, take, say)
    except NoCluster as error:
        say(f"the Dask cluster is not used: {error}")
    if left := len(sources) - (len(known) - before):
        say(f"{left} of {len(sources)} files are read on this machine")


def _kept_in_parts(
    sources: Sequence[SourceFile], packed: Iterator[bytes], folder: Path, program: str, step: Callable[[], None]
) -> Iterator[FileReading]:
    """What was read of each file, at rest in the part that it is written into when enough has come together."""
    waiting: list[tuple[SourceFile, bytes]] = []
    size = 0
    for source, data in zip(sources, packed, strict=True):
        at("read.result")
        waiting.append((source, data))
        size += len(data)
        step()
        if len(waiting) >= PART_FILES or size >= PART_BYTES:
            yield from _files_of(write_part(folder, program, waiting))
            waiting, size = [], 0
    if waiting:
        yield from _files_of(write_part(folder, program, waiting))


def _files_of(part: Path) -> Iterator[FileReading]:
    found = read_part(part)
    if not found:
        raise OSError(f"{part}: it does not hold what was written into it just now; check the disk and run again")
    return (file for _, file in found)


def _of_night(file: FileReading, source: SourceFile) -> FileReading:
    """As read for the night of `source`: the run that was killed may have been another night's."""
    if file.outcome.night == source.night:
        return file
    copies = tuple(replace(copy, night=source.night) for copy in file.copies)
    return FileReading(replace(file.outcome, night=source.night), copies)
