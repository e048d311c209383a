"""Text strings of a PDF: what stands in fields and properties, outside the drawing (ISO 32000-2, 7.9.2.2)."""

from __future__ import annotations

import re

from pdfminer.utils import PDFDocEncoding

_LANGUAGE = re.compile("\x1b[^\x1b]{0,12}\x1b")
_THAI_BYTES = frozenset([*range(0xA1, 0xDB), *range(0xDF, 0xFC)])


def text_of(written: bytes) -> str:
    """The text of a string in UTF-16 or UTF-8 with a byte-order mark, else in PDFDocEncoding.

    >>> text_of(b"\\xfe\\xff\\x0e\\x01"), text_of(b"\\xef\\xbb\\xbf\\xe0\\xb8\\x81"), text_of(b"50\\x8a")
    ('ก', 'ก', '50−')
    """
    if written.startswith(b"\xfe\xff"):
        text = written[2:].decode("utf-16-be", "ignore")
    elif written.startswith(b"\xff\xfe"):
        text = written[2:].decode("utf-16-le", "ignore")
    elif written.startswith(b"\xef\xbb\xbf"):
        text = written[3:].decode("utf-8", "ignore")
    else:
        return "".join([PDFDocEncoding[byte] for byte in written])
    return _LANGUAGE.sub("", text) if "\x1b" in text else text


def is_cp874(written: bytes) -> bool:
    """Whether a string without a byte-order mark is Thai in the encoding of old programs.

    Most of its letters are then beyond ASCII, and every one of those is a Thai letter in cp874.

    >>> is_cp874("สมหมาย ใจงาม".encode("cp874")), is_cp874("Café Zürich".encode("latin-1"))
    (True, False)
    """
    if written.startswith((b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf")):
        return False
    high = [byte for byte in written if byte >= 0x80]
    return len(high) > 2 and len(high) * 2 > sum(map(_is_letter, written)) and _THAI_BYTES.issuperset(high)


def _is_letter(byte: int) -> bool:
    return byte >= 0x80 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A
