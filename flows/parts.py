"""What was read so far, in files of some hundred documents, so that a night that was killed does not read them again.

A part file holds plain values (`transform.packed`) behind the hash of its content: one that is torn, or that another
version of the program wrote, is not used, and nothing in it can run code. They live from reading until the night is
loaded, and what was read of each copy rests in them until it is asked for.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from extract.document import SourceFile
from extract.fault_points import at
from extract.half_made import gone_on_error
from transform.night import FileReading
from transform.packed import unpacked

PART_FILES = 250
PART_BYTES = 32 * 1024 * 1024
"""A part is written when it holds so much: what a kill can cost, and what waits in memory."""

Key = tuple[str, str, int]  # sha256, uri, size

_MAGIC = b"kaona part 2\n"
_START = len(_MAGIC) + hashlib.sha256().digest_size
_SIZE_BYTES = 4
_NAME_DIGITS = 16


def key_of(source: SourceFile) -> Key:
    """What a file is found by again; the night it is read for does not change what is read."""
    return source.sha256, source.uri, source.size


def write_part(folder: Path, program: str, files: Sequence[tuple[SourceFile, bytes]]) -> Path:
    """Write what was read of some files, whole or not at all; the same files have the same name, whoever writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    index = marshal.dumps([(*key_of(source), len(packed)) for source, packed in files])
    content = b"".join((len(index).to_bytes(_SIZE_BYTES), index, *(packed for _, packed in files)))
    with NamedTemporaryFile(dir=folder, suffix=".tmp", delete=False) as part, gone_on_error(Path(part.name)):
        part.write(_MAGIC + hashlib.sha256(content).digest() + content)
        part.flush()
        os.fdatasync(part.fileno())
        target = folder / name_of(program, [source for source, _ in files])
        at("read.part")
        Path(part.name).replace(target)
    at("read.part_written")
    return target


def name_of(program: str, sources: Iterable[SourceFile]) -> str:
    """The name of the part that holds what `program` reads of these files."""
    inputs = hashlib.sha256(repr([key_of(source) for source in sources]).encode()).hexdigest()
    return f"{program[:_NAME_DIGITS]}-{inputs[:_NAME_DIGITS]}.part"


def read_part(path: Path) -> list[tuple[Key, FileReading]]:
    """What a part file holds, at rest in it; nothing when it is torn or no part file."""
    try:
        data = memoryview(path.read_bytes())
    except OSError:
        return []
    content = data[_START:]
    if data[:_START] != _MAGIC + hashlib.sha256(content).digest():
        return []
    at = _START + _SIZE_BYTES + int.from_bytes(content[:_SIZE_BYTES])
    found = []
    for sha, uri, size, length in marshal.loads(data[_START + _SIZE_BYTES : at]):
        found.append(((sha, uri, size), unpacked(data[at : at + length], (str(path), at))))
        at += length
    return found


def parts_of(folder: Path, program: str) -> list[Path]:
    """The part files that this very program wrote before."""
    return sorted(folder.glob(f"{program[:_NAME_DIGITS]}-*.part"))


def forget_parts(folder: Path) -> None:
    """The night is loaded: what was read for it is not needed any more."""
    shutil.rmtree(folder, ignore_errors=True)
