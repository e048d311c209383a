"""Compressed streams opened with a limit: a file of 700 bytes may unpack to gigabytes."""

from __future__ import annotations

import zlib

from pdfminer.pdftypes import LITERALS_FLATE_DECODE, PDFStream, int_value

MAX_STREAM_BYTES = 16 * 1024 * 1024
"""Far above a page of text or a Thai font (5 MB is a large one); images are never decoded."""


class TooMuch(ValueError):
    """The PDF asks for more than a form can hold; the message says of what, and the limit."""


class Damaged(ValueError):
    """A part of the PDF is missing or cut, so its text would be incomplete."""


def open_stream(stream: PDFStream, *, limit: int = MAX_STREAM_BYTES) -> None:
    """Decode `stream` in place so that `get_data()` is free; TooMuch above `limit`, Damaged when it is cut.

    pdfminer decodes without a limit, and returns nothing for a stream it cannot unpack.
    """
    if stream.data is not None or stream.rawdata is None:
        return
    data = stream.rawdata
    if stream.decipher is not None and stream.objid is not None and stream.genno is not None:
        data = stream.decipher(stream.objid, stream.genno, data, stream.attrs)
    filters = stream.get_filters()
    for done, (name, parameters) in enumerate(filters):
        if name not in LITERALS_FLATE_DECODE:
            if done == 0:
                _check_size(stream.get_data(), limit)
                return
            break
        data = inflate(data, limit=limit)
        if parameters and int_value(parameters.get("Predictor", 1)) > 1:
            break
    else:
        _check_size(data, limit)
        stream.data, stream.rawdata = data, None
        return
    _check_size(stream.get_data(), limit)


def inflate(data: bytes, *, limit: int = MAX_STREAM_BYTES) -> bytes:
    """Unpack a Flate stream; a wrong checksum at its end is tolerated, as all readers do, a missing end is not.

    >>> inflate(zlib.compress("ก้าวหน้า".encode())).decode()
    'ก้าวหน้า'
    >>> inflate(zlib.compress(bytes(1000)), limit=100)
    Traceback (most recent call last):
    extract.pdf.streams.TooMuch: a compressed stream unpacks to more than 100 bytes
    """
    if not data.strip(b"\r\n"):
        return b""
    unpack = zlib.decompressobj(-15)  # without header and checksum
    try:
        result = unpack.decompress(data[2:], limit + 1)
    except zlib.error as error:
        raise Damaged(f"a compressed stream is damaged ({error})") from error
    _check_size(result, limit)
    if not unpack.eof:
        raise Damaged("a compressed stream has no end")
    return result


def _check_size(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise TooMuch(f"a compressed stream unpacks to more than {limit:,} bytes")
