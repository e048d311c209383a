"""Compressed streams opened with a limit: a file of 700 bytes may unpack to gigabytes.

pdfminer decodes without a limit, its LZW takes quadratic time, and it returns nothing for a stream that it cannot
unpack. Here every filter stops at the limit, and what is damaged says so. Pictures stay as they are stored.
"""

from __future__ import annotations

import zlib
from base64 import a85decode
from binascii import unhexlify
from collections.abc import Mapping

from pdfminer.pdftypes import DecipherCallable, PDFStream, int_value
from pdfminer.psparser import literal_name

MAX_STREAM_BYTES = 16 * 1024 * 1024
"""Far above a page of text or a Thai font (5 MB is a large one); images are never decoded."""

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""Of all decoded streams of a PDF together; 200 dense pages and their fonts take a third of it."""

MAX_FILTERS = 8

_SLOW = 16  # what a byte costs that Python decodes, in bytes that zlib decodes
_FLATE, _LZW = ("FlateDecode", "Fl"), ("LZWDecode", "LZW")
_ASCII85, _ASCII_HEX = ("ASCII85Decode", "A85"), ("ASCIIHexDecode", "AHx")
_RUN_LENGTH = ("RunLengthDecode", "RL")
_PICTURES = ("DCTDecode", "DCT", "CCITTFaxDecode", "CCF", "JBIG2Decode", "JPXDecode")
_SLOW_FILTERS = _LZW + _ASCII85 + _RUN_LENGTH
_WHITE = b"\0\t\n\f\r "
_LZW_CLEAR, _LZW_END = 256, 257


class TooMuch(ValueError):
    """The PDF asks for more than a form can hold; the message says of what, and the limit."""


class Damaged(ValueError):
    """A part of the PDF is missing or cut, so its text would be incomplete."""


class Allowance:
    """How many bytes a document may still ask for; `what` begins the message when there are none left."""

    def __init__(self, size: int = MAX_DOCUMENT_BYTES, what: str = "its streams unpack to more than") -> None:
        self._size = self._left = size
        self._what = what

    def spend(self, size: int) -> None:
        """Take `size` off; TooMuch when that is more than is left."""
        self._left -= size
        if self._left < 0:
            raise TooMuch(f"{self._what} {self._size:,} bytes")


class BoundedStream(PDFStream):
    """A stream that opens itself within the limits, whoever asks for its data."""

    def __init__(
        self, attrs: dict[str, object], rawdata: bytes, decipher: DecipherCallable | None, allowance: Allowance
    ) -> None:
        super().__init__(attrs, rawdata, decipher)
        self.allowance = allowance

    def decode(self) -> None:
        """What pdfminer calls for the data of a stream that is not open yet."""
        open_stream(self)


def open_stream(stream: PDFStream, *, limit: int = MAX_STREAM_BYTES) -> None:
    """Decode `stream` in place so that `get_data()` is free; TooMuch above `limit`, Damaged when it is cut."""
    if stream.data is not None or stream.rawdata is None:
        return
    allowance = stream.allowance if isinstance(stream, BoundedStream) else Allowance()
    data = stream.rawdata
    _check_size(data, limit)
    if stream.decipher is not None and stream.objid is not None and stream.genno is not None:
        data = stream.decipher(stream.objid, stream.genno, data, stream.attrs)
    filters = stream.get_filters()
    if len(filters) > MAX_FILTERS:
        raise TooMuch(f"a stream is packed {len(filters):,} times")
    for kind, parameters in filters:
        name = literal_name(kind)
        if name in _PICTURES:
            break
        data = _unpacked(data, name, parameters if isinstance(parameters, dict) else {}, limit, allowance)
    stream.data, stream.rawdata = data, None


def inflate(data: bytes, *, limit: int = MAX_STREAM_BYTES) -> bytes:
    """Unpack a Flate stream. Other readers pass over a wrong checksum; here it may stand for a wrong amount: Damaged.

    A checksum that is missing is tolerated, as some writers leave it out; a missing end is not.

    >>> inflate(zlib.compress("ก้าวหน้า".encode())).decode()
    'ก้าวหน้า'
    >>> inflate(zlib.compress(bytes(1000)), limit=100)
    Traceback (most recent call last):
    extract.pdf.streams.TooMuch: a stream unpacks to more than 100 bytes
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
    checksum = unpack.unused_data[:4]
    if len(checksum) == 4 and checksum.strip(_WHITE) and checksum != zlib.adler32(result).to_bytes(4, "big"):
        raise Damaged("a compressed stream does not match its checksum")
    return result


def decode_lzw(data: bytes, *, early: bool = True, limit: int = MAX_STREAM_BYTES) -> bytes:
    """Unpack an LZW stream; `early`: codes grow by a bit one code early, as they do unless EarlyChange is 0.

    >>> decode_lzw(bytes([0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]))  # the example of ISO 32000
    b'-----A---B'
    """
    table = [bytes((code,)) for code in range(256)] + [b"", b""]
    pieces: list[bytes] = []
    size = held = bits = 0
    width, before = 9, b""
    for byte in data:
        held = held << 8 | byte
        bits += 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits
        held &= (1 << bits) - 1
        if code == _LZW_END:
            return b"".join(pieces)
        if code == _LZW_CLEAR:
            del table[258:]
            width, before = 9, b""
            continue
        if code < len(table):
            piece = table[code]
        elif code == len(table) and before:
            piece = before + before[:1]
        else:
            raise Damaged("a compressed stream is damaged (invalid LZW code)")
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise _too_long(limit)
        if before and len(table) < 4096:
            table.append(before + piece[:1])
        before = piece
        width = min(12, max(9, (len(table) + early).bit_length()))
    return b"".join(pieces)


def decode_runs(data: bytes, *, limit: int = MAX_STREAM_BYTES) -> bytes:
    """Unpack a RunLength stream.

    >>> decode_runs(b"\\x02abc\\xfdx\\x80")
    b'abcxxxx'
    """
    pieces: list[bytes] = []
    at = size = 0
    while at < len(data):
        length = data[at]
        if length == 128:
            return b"".join(pieces)
        if length < 128:
            piece, end = data[at + 1 : at + 2 + length], at + 2 + length
        else:
            piece, end = data[at + 1 : at + 2] * (257 - length), at + 2
        if end > len(data):
            raise Damaged("a compressed stream has no end")
        at = end
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise _too_long(limit)
    return b"".join(pieces)


def undo_predictor(data: bytes, kind: int, *, colors: int, bits: int, columns: int) -> bytes:
    """What was packed, from its differences to the byte before (TIFF, `kind` 2) or to neighbours (PNG, from 10 on).

    >>> undo_predictor(bytes([2, 1, 2, 3, 2, 1, 1, 1]), 12, colors=1, bits=8, columns=3)
    b'\\x01\\x02\\x03\\x02\\x03\\x04'
    """
    row_bits = colors * bits * columns
    if min(colors, bits, columns) < 1 or row_bits > 8 * max(len(data), 1):
        raise Damaged(f"a compressed stream is damaged (rows of {row_bits} bits)")
    length, pixel = (row_bits + 7) // 8, max(1, colors * bits // 8)
    if kind == 2:
        if bits != 8:
            raise Damaged(f"a compressed stream is damaged (a TIFF predictor of {bits} bits)")
        rows = [data[at : at + length] for at in range(0, len(data), length)]
        return b"".join([_add_left(row, pixel) for row in rows])
    pieces: list[bytes] = []
    above = bytes(length)
    for at in range(0, len(data), length + 1):
        method, row = data[at], data[at + 1 : at + 1 + length]
        if method == 1:
            row = _add_left(row, pixel)
        elif method == 2:
            row = bytes([(x + up) & 255 for x, up in zip(row, above, strict=False)])
        elif method in (3, 4):
            row = _add_neighbours(row, above, pixel, is_paeth=method == 4)
        elif method:
            raise Damaged(f"a compressed stream is damaged (PNG predictor {method})")
        pieces.append(row)
        above = row.ljust(length, b"\0")
    return b"".join(pieces)


def _unpacked(data: bytes, name: str, parameters: Mapping[str, object], limit: int, allowance: Allowance) -> bytes:
    """One filter undone, and paid for."""
    if name in _SLOW_FILTERS:
        limit //= _SLOW
        _check_size(data, limit)
        allowance.spend(len(data) * _SLOW)
    if name in _FLATE:
        data = inflate(data, limit=limit)
    elif name in _LZW:
        data = decode_lzw(data, early=int_value(parameters.get("EarlyChange", 1)) != 0, limit=limit)
    elif name in _ASCII85:
        data = _decode_ascii85(data)
        _check_size(data, limit)
    elif name in _ASCII_HEX:
        data = _decode_hex(data)
    elif name in _RUN_LENGTH:
        data = decode_runs(data, limit=limit)
    elif name != "Crypt":  # which says only how the stream was encrypted
        raise Damaged(f"a stream is packed in an unknown way ({name[:32]!r})")
    allowance.spend(len(data) * (_SLOW if name in _SLOW_FILTERS else 1))
    predictor = int_value(parameters.get("Predictor", 1)) if name in _FLATE + _LZW else 1
    if predictor > 1 and data:
        allowance.spend(len(data) * _SLOW)
        colors, bits, columns = (
            int_value(parameters.get(key, usual))
            for key, usual in (("Colors", 1), ("BitsPerComponent", 8), ("Columns", 1))
        )
        data = undo_predictor(data, predictor, colors=colors, bits=bits, columns=columns)
    return data


def _decode_ascii85(data: bytes) -> bytes:
    text = data.strip(_WHITE).removeprefix(b"<~")
    end = text.find(b"~")
    try:
        return a85decode(text if end < 0 else text[:end], ignorechars=_WHITE)
    except ValueError as error:
        raise Damaged("a compressed stream is damaged (ASCII85)") from error


def _decode_hex(data: bytes) -> bytes:
    text = data.partition(b">")[0].translate(None, _WHITE)
    try:
        return unhexlify(text + b"0" * (len(text) % 2))
    except ValueError as error:
        raise Damaged("a compressed stream is damaged (ASCIIHex)") from error


def _add_left(row: bytes, pixel: int) -> bytes:
    result = bytearray(row)
    for at in range(pixel, len(result)):
        result[at] = (result[at] + result[at - pixel]) & 255
    return bytes(result)


def _add_neighbours(row: bytes, above: bytes, pixel: int, *, is_paeth: bool) -> bytes:
    """A row packed against the mean of its left and upper neighbours, or the one that Paeth's rule takes."""
    result = bytearray(row)
    for at, up in zip(range(len(result)), above, strict=False):
        left, corner = (result[at - pixel], above[at - pixel]) if at >= pixel else (0, 0)
        if is_paeth:
            guess = left + up - corner
            to_left, to_up, to_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
            near = left if to_left <= min(to_up, to_corner) else up if to_up <= to_corner else corner
        else:
            near = (left + up) // 2
        result[at] = (result[at] + near) & 255
    return bytes(result)


def _check_size(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise _too_long(limit)


def _too_long(limit: int) -> TooMuch:
    return TooMuch(f"a stream unpacks to more than {limit:,} bytes")
