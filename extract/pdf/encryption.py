"""Encrypted PDFs that open with an empty password: pdfminer's handlers with a fast RC4 and bounded inputs.

pdfminer's own RC4 is quadratic: 200 kB take a second, a font of 5 MB ten minutes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from pdfminer.pdfdocument import (
    PDFEncryptionError,
    PDFStandardSecurityHandler,
    PDFStandardSecurityHandlerV4,
    PDFStandardSecurityHandlerV5,
)
from pdfminer.pdftypes import resolve1

from extract.pdf.streams import MAX_STREAM_BYTES, TooMuch

MAX_KEY_BYTES = 1024
"""The strings in an /Encrypt dictionary hold 32 to 127 bytes; AES-256 hashes them thousands of times for its key."""


def apply_rc4(key: bytes, data: bytes) -> bytes:
    """Encrypt or decrypt, which is the same.

    >>> apply_rc4(b"Key", apply_rc4(b"Key", b"Plaintext")), apply_rc4(b"Key", b"Plaintext").hex()
    (b'Plaintext', 'bbf316e8d940af0ad3')
    """
    if len(key) * 8 in ARC4.key_sizes:
        return Cipher(ARC4(key), mode=None).decryptor().update(data)
    # of 48 to 120 bits, which the library refuses
    box = list(range(256))
    i = j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    result = bytearray(data)
    i = j = 0
    for at, byte in enumerate(data):
        i = (i + 1) & 255
        x = box[i]
        j = (j + x) & 255
        box[i] = y = box[j]
        box[j] = x
        result[at] = byte ^ box[(x + y) & 255]
    return bytes(result)


class _FastRc4:
    """Replaces pdfminer's quadratic RC4 in its handlers."""

    key: bytes | None

    def decrypt_rc4(self, objid: int, genno: int, data: bytes) -> bytes:
        """A string or stream of an object (ISO 32000-1, 7.6.2, algorithm 1)."""
        assert self.key is not None
        if len(data) > MAX_STREAM_BYTES:
            raise TooMuch(f"an encrypted stream is longer than {MAX_STREAM_BYTES:,} bytes")
        salted = self.key + struct.pack("<L", objid)[:3] + struct.pack("<L", genno)[:2]
        return apply_rc4(md5(salted, usedforsecurity=False).digest()[: min(len(salted), 16)], data)


class _Rc4Handler(_FastRc4, PDFStandardSecurityHandler):
    pass


class _FilterHandler(_FastRc4, PDFStandardSecurityHandlerV4):
    pass


HANDLERS: dict[int, type[PDFStandardSecurityHandler]] = {
    1: _Rc4Handler,
    2: _Rc4Handler,
    4: _FilterHandler,
    5: PDFStandardSecurityHandlerV5,
}


def check_encryption(document_id: Sequence[object], parameters: Mapping[str, Any]) -> None:
    """PDFEncryptionError when the numbers and strings that make the key are not what a writer would write."""
    strings = [resolve1(parameters.get(name)) for name in ("O", "U", "OE", "UE")] + [
        resolve1(value) for value in document_id[:1]
    ]
    if any(isinstance(value, bytes) and len(value) > MAX_KEY_BYTES for value in strings):
        raise PDFEncryptionError("its key is made of too much")
