"""What an operator may ask of the readers beyond reading."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """`second_reader`: let PDFium read each PDF too and compare codes, dates, amounts and percentages
    (extra `kaona[pdfium]`). `ocr`: read pages that are pictures, where the extra `kaona[ocr]` is installed. `seconds`:
    how long one file may take before its worker is stopped; recognition ends in time to keep what it has.
    """

    second_reader: bool = False
    ocr: bool = False
    seconds: float = 60.0


DEFAULTS = Options()
