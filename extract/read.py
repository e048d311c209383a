"""One file's bytes → a ReadResult: a document, or the reason why there is none. Nothing is raised for a bad file.

Whether the text is the form is not decided here: `transform` knows its labels.
"""

from __future__ import annotations

import re
import time
from importlib.metadata import version

from extract.document import Document, ReadResult, Rejection, SourceFile
from extract.dump import read_dump
from extract.options import DEFAULTS, Options
from extract.pdf.ocr import is_available
from extract.pdf.reader import read_pdf
from extract.rejection import Unreadable

_VERSION = f"3+pdfminer.six-{version('pdfminer.six')}"

MAX_DUMP_BYTES = 64 * 1024 * 1024
"""Half of all the forms of a fiscal year in one dump; more is no form."""

MAX_CONTROL_SHARE = 0.01

PDF = "application/pdf"
TEXT = "text/plain"
BINARY = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "application/zip", "a ZIP archive or an Office file"),
    (b"PK\x05\x06", "application/zip", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", "an old Office file"),
    (b"\x1f\x8b", "application/gzip", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "a 7z archive"),
    (b"Rar!", "application/vnd.rar", "a RAR archive"),
    (b"\x89PNG", "image/png", "a picture"),
    (b"\xff\xd8\xff", "image/jpeg", "a picture"),
    (b"II*\x00", "image/tiff", "a picture"),
    (b"MM\x00*", "image/tiff", "a picture"),
    (b"GIF8", "image/gif", "a picture"),
    (b"\x7fELF", "application/x-executable", "a program"),
    (b"MZ\x90", "application/x-executable", "a program"),
    (b"{\\rtf", "application/rtf", "a rich-text file"),
    (b"%!PS", "application/postscript", "a PostScript file"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
# what text in one byte for a letter has none of, and noise or a compressed file a tenth
_CONTROL_BYTES = bytes([*range(0x09), *range(0x0E, 0x20)])
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<?xml", b"<body")


def reader_version(options: Options = DEFAULTS) -> str:
    """Stored with every file; files rejected by an older reader are tried again when it changes.

    So are pictures once OCR is installed or asked for: to know it costs a look at a few folders.
    """
    return _VERSION + ("+ocr" if options.ocr and is_available() else "")


def media_type_of(data: bytes) -> str:
    """What the first bytes say the file is; names and extensions are never asked.

    >>> media_type_of(b"%PDF-1.7 ..."), media_type_of(b" <!DOCTYPE html><p>"), media_type_of("ปี 2563".encode())
    ('application/pdf', 'text/html', 'text/plain')
    """
    # PDF readers accept junk before the header, such as the page of a proxy
    if b"%PDF-" in data[:1024]:
        return PDF
    for magic, media_type, _ in _MAGIC:
        if data.startswith(magic):
            return media_type
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "text/html" if start.startswith(_HTML_STARTS) else TEXT


def read_bytes(source: SourceFile, data: bytes, options: Options = DEFAULTS) -> ReadResult:
    """Read one file; every failure, running out of memory or stack included, becomes a Rejection with what to do."""
    began = time.perf_counter()
    media_type = media_type_of(data)
    document: Document | None = None
    rejection: Rejection | None = None
    try:
        document = _read(data, media_type, options)
    except Unreadable as error:
        rejection = error.rejection(source.uri)
    except MemoryError:
        rejection = out_of_memory(source.uri)
    except Exception as error:  # the reader's own fault; the night goes on, the file is kept and tried again
        rejection = crashed(source.uri, type(error).__name__)
    seconds = time.perf_counter() - began
    return ReadResult(source, media_type, reader_version(options), document, rejection, seconds)


def rejected(source: SourceFile, media_type: str, rejection: Rejection, options: Options = DEFAULTS) -> ReadResult:
    """The result for a file that could not be read at all."""
    return ReadResult(source, media_type, reader_version(options), rejection=rejection)


def out_of_memory(uri: str) -> Rejection:
    """The file asks for more memory than a reader is given."""
    return Unreadable(
        "reader_out_of_memory",
        "reading it takes more memory than one file may use",
        "a form of a few pages",
        "check who made this file, or raise the memory limit",
    ).rejection(uri)


def crashed(uri: str, what: str) -> Rejection:
    """The reader failed in a way it should not; `what` names the exception or the signal."""
    return Unreadable(
        "reader_crashed",
        f"the reader failed ({what})",
        "a readable file",
        "report it with this file; it is kept and tried again with the next reader",
    ).rejection(uri)


def timed_out(uri: str, seconds: float) -> Rejection:
    """The file kept its reader busy beyond the limit and was given up."""
    return Unreadable(
        "reader_timeout",
        f"not read after {seconds:g} seconds",
        "a form that is read within a second or two",
        "check who made this file, or raise the time limit",
    ).rejection(uri)


def _read(data: bytes, media_type: str, options: Options) -> Document:
    if not data.strip(b"\x00 \t\r\n"):
        raise Unreadable("empty_file", f"{len(data):,} bytes without text", "a form", "deliver the file again")
    if media_type == PDF:
        return read_pdf(data, options)
    if media_type != TEXT:
        kind = next((words for _, name, words in _MAGIC if name == media_type), "a web page")
        raise _not_a_form(kind)
    if len(data) > MAX_DUMP_BYTES:
        raise Unreadable(
            "too_large",
            f"a dump of {len(data):,} bytes",
            f"at most {MAX_DUMP_BYTES:,}",
            "deliver it in parts",
        )
    try:
        document = read_dump(data)
    except ValueError as error:
        controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
        if controls > MAX_CONTROL_SHARE * len(data) and "hold other letters" not in str(error):
            raise _not_a_form("a file of unknown binary content") from error
        found = str(error).partition("; ")[0]
        raise Unreadable(
            "unknown_encoding", found, "a text dump in UTF-8, UTF-16 or cp874", "save it again as UTF-8"
        ) from error
    text = "".join(line.text for line in document.lines())
    if len(_CONTROLS.findall(text)) > MAX_CONTROL_SHARE * len(text):
        raise _not_a_form("a file of unknown binary content")
    if not text.strip():
        raise Unreadable("empty_file", f"{len(data):,} bytes without text", "a form", "deliver the file again")
    return document


def _not_a_form(kind: str) -> Unreadable:
    return Unreadable(
        "not_a_form_file", kind, "a PDF or a text dump of the form", "export the form from the system as PDF or text"
    )
