"""What holds for every workbook kaona writes: the same bytes for the same content, and no text that acts. No I/O."""

from __future__ import annotations

import re
import zipfile
from os import PathLike
from typing import IO, TypeAlias

Zip: TypeAlias = "str | PathLike[str] | IO[bytes]"
# what a spreadsheet takes for the beginning of a formula, full-width signs included
ACTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def without_clock(written: Zip, stable: Zip) -> None:
    """Copy a workbook without the time of writing, which the zip carries in its entries and its properties."""
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(stable, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
