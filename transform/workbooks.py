"""What the writers of workbooks share: which texts act in a spreadsheet, and workbooks without the time of writing."""

from __future__ import annotations

import re
from datetime import datetime
from os import PathLike
from typing import IO, Any

# what a spreadsheet takes for the beginning of a formula, full-width signs included
ACTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 (what a workbook says of its making has no zone)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def new_workbook(target: str | PathLike[str] | IO[bytes], *, is_large: bool = False) -> Any:
    """An empty workbook of XlsxWriter in which a text stays a text. `is_large`: rows are written in order and not held.

    The same cells give the same bytes: nothing of it says when it was written.
    """
    from xlsxwriter import Workbook  # only a night with letters, and an export, write workbooks

    how = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(target, {**how, "constant_memory": is_large, "in_memory": not is_large})
    book.set_properties({"created": _EPOCH})
    return book


def without_controls(text: str) -> str:
    """A text without the characters that no workbook can hold; each leaves a mark. Every line end is the same.

    >>> without_controls("ก" + chr(1))
    'ก\ufffd'
    """
    if text.isprintable():
        return text
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
