"""The hostile set: PDFs that loop, explode, lie or break off, each with the outcome that it must have.

READ cases hold GOOD and must give it back; the others are rejected with a code. No file in the wild was copied: every
case is a few lines that show what it is about.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Iterator
from typing import NamedTuple

from extract.document import ReadResult, SourceFile
from extract.options import DEFAULTS, Options
from extract.read import PDF, crashed, out_of_memory, read_bytes, rejected
from tests.extract import hostile_extras, hostile_files, hostile_fonts, hostile_pages
from tests.extract.hostile_parts import (
    BROKEN,
    GOOD,
    GOOD_CONTENT,
    LOCKED,
    MIB,
    NO_TEXT,
    READ,
    TOO_LARGE,
    UNREADABLE,
    Group,
    Rows,
    form_xobject,
    one_page,
    packed_pdf,
)
from tests.extract.pdf_bytes import build_pdf, stream, text_at


class Case(NamedTuple):
    """A hostile file: a telling name, its bytes, and the outcomes it may have."""

    id: str
    data: bytes
    outcomes: frozenset[str]


def hostile_cases() -> Iterator[Case]:
    """The whole set, always the same, in the same order."""
    return itertools.chain.from_iterable(map(cases_of, GROUPS))


def cases_of(group: Group) -> Iterator[Case]:
    """The cases of one kind."""
    for name, data, *outcomes in group():
        yield Case(f"{group.__name__}-{name}", data, frozenset(outcomes))


FLIPPED_LINES = [GOOD] * 6


def flippable_pdf() -> bytes:
    """Three pages of FLIPPED_LINES; everything that decides a letter is packed, and so has a checksum."""
    page = stream(text_at(50, 700, GOOD) + text_at(50, 600, GOOD), packed=True)
    table = stream(b"1 beginbfrange <0E00> <0E7F> <0E00> endbfrange", packed=True)
    return build_pdf(page, page, page, extra={5: table})


def flipped(count: int = 40) -> Rows:
    """One bit changed somewhere."""
    whole = flippable_pdf()
    chance = random.Random(2563)
    for _ in range(count):
        at, bit = chance.randrange(len(whole)), chance.randrange(8)
        yield (
            f"bit-{bit}-of-byte-{at}",
            with_bit_flipped(whole, at, bit),
            READ,
            BROKEN,
            UNREADABLE,
            NO_TEXT,
            LOCKED,
            TOO_LARGE,
        )


def with_bit_flipped(data: bytes, at: int, bit: int) -> bytes:
    """A copy with one bit changed."""
    return data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]


_WORDS = (
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"<",
    b" 0 R",
    b"stream\n",
    b"endstream",
    b"endobj",
    b"-1",
    b"99999999999",
    b"/Kids",
    b"/Length",
    b"/Prev 9",
    b"null",
    b"\0",
    b"1 0 obj",
    b"trailer",
    b"xref",
    b"%",
    b"\\",
    b"#",
    b"{",
    b"BI ID ",
    b"BT",
    b"Tj",
    b"Do",
    b"q ",
    b"nan",
    b"1e999",
)


def mutations(count: int) -> Iterator[bytes]:
    """Small valid PDFs of several kinds, each with a few bytes changed, moved, doubled, lost or replaced by a word."""
    one, two = one_page()[1], one_page()[2]
    header = b"1 0 2 %d " % (len(one) + 1)
    form = {100: form_xobject(GOOD_CONTENT, "/Matrix [1 0 0 1 0 0] /Resources << /Font << /F1 3 0 R >> >>")}
    seeds = (
        build_pdf(GOOD_CONTENT),
        build_pdf(*[stream(GOOD_CONTENT, packed=True)] * 2),
        build_pdf(b"q 1 0 0 1 9 9 cm /X Do Q BI /W 1 /H 1 ID a EI ", resources="/XObject << /X 100 0 R >>", extra=form),
        build_pdf(b"/Span << /ActualText (abc) >> BDC BT /F1 9 Tf [<0E01> -9 (\\016\\002)] TJ T* (ab) ' ET EMC"),
        packed_pdf(f"/Type /ObjStm /N 2 /First {len(header)}", header + one + b" " + two),
        hostile_fonts.pdf_of_many_fonts(3, 5),
    )
    chance = random.Random(2026)
    for number in range(count):
        data = seeds[number % len(seeds)]
        for _ in range(chance.randint(1, 4)):
            at, size = chance.randrange(len(data)), chance.randint(1, 30)
            part = data[at : at + size]
            new = chance.choice(
                (b"", part * 2, part[::-1], chance.randbytes(size), chance.choice(_WORDS), chance.choice(_WORDS))
            )
            data = data[:at] + new + data[at + (size if chance.random() < 0.5 else 0) :]
        yield data


GROUPS: tuple[Group, ...] = (
    hostile_files.references,
    hostile_files.tables,
    hostile_files.object_streams,
    hostile_files.page_trees,
    hostile_files.encryption,
    hostile_files.no_pdfs,
    hostile_files.cut_off,
    flipped,
    hostile_pages.bombs,
    hostile_pages.operators,
    hostile_pages.parsing,
    hostile_pages.numbers,
    hostile_extras.extras,
    hostile_fonts.fonts,
)


_leaked: list[bytes] = []


def read_as_told(source: SourceFile, data: bytes, options: Options = DEFAULTS) -> ReadResult:
    """`read_bytes`, but a PDF that ends with an order makes its reader do what no PDF should be able to make it do."""
    order, _, amount = data[-40:].rpartition(b"%!")[2].decode("ascii", "replace").strip().partition(" ")
    match order:
        case "sleep":
            time.sleep(float(amount))
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "need" | "leak":  # megabytes, and keep them
            try:
                _leaked.append(bytes(int(amount) * MIB))
            except MemoryError:
                return rejected(source, PDF, out_of_memory(source.uri))
            if order == "need":
                _leaked.pop()
        case "options":
            return rejected(source, PDF, crashed(source.uri, str(options)))
    return read_bytes(source, data, options)
