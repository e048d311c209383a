"""What holds for every workbook kaona writes: the same bytes for the same content, and no text that acts. No I/O."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from os import PathLike
from typing import IO, TypeAlias

Zip: TypeAlias = "str | PathLike[str] | IO[bytes]"
# what a spreadsheet takes for the beginning of a formula, full-width signs included
ACTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PROPERTIES = "docProps/core.xml"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def without_clock(written: Zip, stable: Zip) -> None:
    """Copy a workbook without the time of writing, which the zip carries in its entries and its properties."""
    zipped(parts_of(written), stable)


def parts_of(written: Zip) -> dict[str, bytes]:
    """The parts of a workbook by name, its properties without the time of writing."""
    with zipfile.ZipFile(written) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts[_PROPERTIES] = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", parts[_PROPERTIES])
    return parts


def zipped(parts: Mapping[str, bytes], stable: Zip) -> None:
    """Write the parts of a workbook in order of their names, without the time of writing."""
    with zipfile.ZipFile(stable, "w") as target:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, parts[name])
