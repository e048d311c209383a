"""PDFs of invented forms, as many producers and hands would write them, each with the facts printed in it.

`by_hand` writes the operators itself, one way of writing per file; `by_libraries` lets ReportLab and fpdf2 write. The
same seed gives the same texts.
"""

from __future__ import annotations

import html
import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from data.samples.generator import pdf as samples
from data.samples.generator.expected import to_expected
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.paper import PAGE_HEIGHT, PAGE_WIDTH, compose, form_rows
from data.samples.generator.printed import TITLE
from tests.extract.pdf_bytes import assemble, build_pdf, stream
from tests.extract.test_pdf_producers import printed_facts

MM = 72 / 25.4
_SPLITS = 7
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


class Made(NamedTuple):
    """A PDF and its facts, each as the ways in which it may be printed."""

    name: str
    data: bytes
    facts: tuple[tuple[str, ...], ...]


class Spot(NamedTuple):
    """A piece of text and where it begins, in points from the lower left corner of the page."""

    x: float
    y: float
    text: str
    size: float


def invented(count: int, seed: int = 7) -> list[Project]:
    """Projects whose facts agree with each other."""
    rng = Random(seed)
    return [invent_project(rng, fiscal_year_be=2563 + n % 3) for n in range(count)]


def facts_of(*projects: Project) -> tuple[tuple[str, ...], ...]:
    """What a form of each project prints."""
    forms = [to_expected(project) for project in projects]
    return tuple(fact for form in forms for fact in printed_facts(form) if None not in fact)


def running_title() -> str:
    """What stands at the head of each page, also in the middle of a value."""
    return f"** {TITLE} **"


# ---------------------------------------------------------------- written by hand

Writing = Callable[[Sequence[Spot]], bytes]


def literal(text: bytes) -> bytes:
    """A string in round brackets."""
    return b"(" + re.sub(rb"[\\()]", rb"\\\g<0>", text).replace(b"\r", b"\\r") + b")"


def hexadecimal(text: bytes) -> bytes:
    """A string in pointed brackets."""
    return b"<" + text.hex().encode() + b">"


def codes(text: str) -> bytes:
    """The bytes of `text` in the font of `build_pdf`."""
    return text.encode("utf-16-be")


def _at(spot: Spot) -> bytes:
    return f"BT /F1 {spot.size:g} Tf 1 0 0 1 {spot.x:.2f} {spot.y:.2f} Tm ".encode()


def _literal(spots: Sequence[Spot]) -> bytes:
    return b"\n".join(_at(s) + literal(codes(s.text)) + b" Tj ET" for s in spots)


def _octal(spots: Sequence[Spot]) -> bytes:
    def octal(text: bytes) -> bytes:
        return b"(" + b"".join(b"\\%03o" % byte for byte in text) + b")"

    return b"\n".join(_at(s) + octal(codes(s.text)) + b" Tj ET" for s in spots)


def _hex_and_td(spots: Sequence[Spot]) -> bytes:
    parts, x, y = [b"BT"], 0.0, 0.0
    for s in spots:
        parts.append(f"/F1 {s.size:g} Tf {s.x - x:.3f} {s.y - y:.3f} Td".encode() + hexadecimal(codes(s.text)) + b"Tj")
        x, y = round(x + round(s.x - x, 3), 3), round(y + round(s.y - y, 3), 3)
    return b"\n".join([*parts, b"ET"])


def _kerned(spots: Sequence[Spot]) -> bytes:
    def array(text: str) -> bytes:
        return b"[" + b"".join(hexadecimal(codes(c)) + b"%d" % (n % 5 * 3 - 6) for n, c in enumerate(text)) + b"]"

    return b"\n".join(_at(s) + array(s.text) + b" TJ ET" for s in spots)


def _glyph_by_glyph(spots: Sequence[Spot]) -> bytes:
    """Each letter placed by itself, as Chromium does."""
    parts = []
    for s in spots:
        x = s.x
        for letter in s.text:
            parts.append(_at(s._replace(x=x)) + hexadecimal(codes(letter)) + b" Tj ET")
            x += points(letter, s.size)
    return b"\n".join(parts)


def _justified(spots: Sequence[Spot]) -> bytes:
    return b"\n".join(
        f"{0.1 + n % 4 * 0.15:.2f} Tc {n % 3 * 0.5:g} Tw ".encode() + _at(s) + literal(codes(s.text)) + b" Tj ET"
        for n, s in enumerate(spots)
    )


def _scaled(spots: Sequence[Spot]) -> bytes:
    return b"\n".join(b"95 Tz 0.5 Ts " + _at(s) + literal(codes(s.text)) + b" Tj 0 Ts ET" for s in spots)


def _by_lines(show: Callable[[bytes, int], bytes]) -> Writing:
    def written(spots: Sequence[Spot]) -> bytes:
        parts, x = [], None
        previous = 0.0
        for n, s in enumerate(spots):
            if s.x != x:
                parts.append((b"ET " if parts else b"") + b"BT 0 Tc 0 Tw /F1 %g Tf" % s.size)
                parts.append(f"1 0 0 1 {s.x:.2f} {s.y + 10:.2f} Tm".encode())
                x, previous = s.x, s.y + 10
            parts.append(f"/F1 {s.size:g} Tf {previous - s.y:.4f} TL ".encode() + show(codes(s.text), n))
            previous = s.y
        return b"\n".join([*parts, b"ET"])

    return written


def _unlabelled(spots: Sequence[Spot]) -> bytes:
    return b"% the form\n" + _literal(spots).replace(b" Tj ET", b" Tj % shown (so)\nET")


def _pictured(spots: Sequence[Spot]) -> bytes:
    picture = b"q 9 0 0 9 20 20 cm BI /W 4 /H 4 /BPC 8 /CS /G ID (\x00Tj EI4567890ab\nEI Q\n"
    return picture + _literal(spots) + b"\n" + picture


def _tagged(spots: Sequence[Spot]) -> bytes:
    """Right only in /ActualText: the glyphs under it are in another order."""
    parts = []
    for n, s in enumerate(spots):
        text = hexadecimal(b"\xfe\xff" + codes(s.text))
        parts.append(b"/P <</MCID %d>> BDC /Span <</ActualText " % n + text + b">> BDC ")
        parts.append(_at(s) + hexadecimal(codes(s.text)) + b" Tj ET EMC EMC\n")
    return b"".join(parts)


WRITINGS: dict[str, Writing] = {
    "literal": _literal,
    "octal": _octal,
    "hex_td": _hex_and_td,
    "kerned": _kerned,
    "glyph_by_glyph": _glyph_by_glyph,
    "justified": _justified,
    "scaled": _scaled,
    "lines": _by_lines(lambda text, n: b"T* " + literal(text) + b" Tj"),
    "quotes": _by_lines(lambda text, n: literal(text) + b" '" if n % 2 else b"0 0 " + literal(text) + b' "'),
    "comments": _unlabelled,
    "inline_images": _pictured,
    "actual_text": _tagged,
}


def points(text: str, size: float) -> float:
    """Width in the font of `build_pdf`: half an em each, marks nothing."""
    return (len(text) - len(_MARKS.findall(text))) * size / 2


def _spots(projects: Sequence[Project], measure: Callable[[str, float], float] = points) -> list[list[Spot]]:
    pages = compose(projects, lambda text, size: measure(text, size) / MM)
    return [[Spot(p.x * MM, (PAGE_HEIGHT - p.y) * MM, p.text, p.size) for p in page] for page in pages]


def by_hand(*projects: Project) -> Iterator[Made]:
    """The forms in each way of writing content, and in each way of putting content into a file."""
    pages = _spots(projects)
    facts = facts_of(*projects)
    contents = [_literal(page) for page in pages]
    for name, written in WRITINGS.items():
        yield Made(f"hand_{name}", build_pdf(*(stream(written(page), packed=True) for page in pages)), facts)
    yield Made("hand_forms", _in_forms(contents), facts)
    yield Made("hand_split", _split(contents), facts)
    yield Made("hand_object_streams", with_object_streams(build_pdf(*contents)), facts)
    yield Made("hand_rotate_90", build_pdf(*contents, page="/Rotate 90"), facts)
    yield Made("hand_turned", build_pdf(*(b"q 0 1 -1 0 595 0 cm " + c + b" Q" for c in contents)), facts)
    yield Made("hand_type3", _type3(pages), facts)
    yield Made("hand_cp874", _cp874(pages), facts)


def _in_forms(contents: Sequence[bytes]) -> bytes:
    entries = "/Type /XObject /Subtype /Form /BBox [-50 -50 595 842] /Matrix [1 0 0 1 5 -5]"
    forms = {100 + n: stream(content, entries) for n, content in enumerate(contents)}
    drawn = [b"q 1 0 0 1 -5 5 cm /X%d Do Q" % n for n in range(len(contents))]
    names = " ".join(f"/X{n} {100 + n} 0 R" for n in range(len(contents)))
    forms_with_fonts = {
        number: form.replace(b"/BBox", b"/Resources << /Font << /F1 3 0 R >> >> /BBox", 1)
        for number, form in forms.items()
    }
    return build_pdf(*drawn, resources=f"/XObject << {names} >>", extra=forms_with_fonts)


def _split(contents: Sequence[bytes]) -> bytes:
    """Each page in several streams, cut between the operands of an operator and the operator."""
    extra: dict[int, bytes] = {}
    pdf_contents = []
    for content in contents:
        words = re.split(rb"(?<=\)) (?=Tj)|(?<=Tf) ", content)
        step = max(1, len(words) // _SPLITS)
        chunks = [words[at : at + step] for at in range(0, len(words), step)]
        numbers = []
        for chunk in chunks:
            numbers.append(100 + len(extra))
            extra[numbers[-1]] = stream(b" ".join(chunk), packed=True)
        pdf_contents.append((b"", numbers))
    pdf = build_pdf(*(content for content, _ in pdf_contents), extra=extra)
    for index, (_, numbers) in enumerate(pdf_contents):
        reference = b"/Contents %d 0 R" % (11 + 2 * index)
        pdf = pdf.replace(reference, b"/Contents [" + b" ".join(b"%d 0 R" % n for n in numbers) + b"]", 1)
    return assemble(objects_of(pdf))


def _type3(pages: Sequence[Sequence[Spot]]) -> bytes:
    """Letters as drawings: pages of one font each, 8 bits a code."""
    letters = sorted({c for page in pages for s in page for c in s.text})
    code_of = {letter: 32 + n for n, letter in enumerate(letters)}
    assert max(code_of.values()) < 256
    to_unicode = b"1 begincodespacerange <00> <FF> endcodespacerange %d beginbfchar %b endbfchar" % (
        len(letters),
        b" ".join(b"<%02x> <%b>" % (code_of[c], codes(c).hex().encode()) for c in letters),
    )
    widths = " ".join(str(round(points(c, 1000))) for c in letters)
    names = " ".join(f"/g{code_of[c]}" for c in letters)
    procedures = " ".join(f"/g{code_of[c]} 101 0 R" for c in letters)
    extra = {
        100: (
            f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] "
            f"/CharProcs << {procedures} >> /Encoding << /Type /Encoding /Differences [32 {names}] >> "
            f"/FirstChar 32 /LastChar {31 + len(letters)} /Widths [{widths}] /ToUnicode 102 0 R >>"
        ).encode(),
        101: stream(b"500 0 d0 0 0 400 600 re f"),
        102: stream(to_unicode),
    }
    return _simple(pages, extra, lambda text: bytes(code_of[c] for c in text))


def _cp874(pages: Sequence[Sequence[Spot]]) -> bytes:
    """A simple font in the Thai code page, as old PHP and Java libraries write it."""
    every = [(code, bytes((code,)).decode("cp874", "ignore")) for code in range(32, 256)]
    known = [(code, letter) for code, letter in every if letter]
    entries = [
        b"%d beginbfchar %b endbfchar"
        % (len(part), b" ".join(b"<%02x> <%b>" % (code, codes(c).hex().encode()) for code, c in part))
        for part in (known[:100], known[100:])
    ]
    widths = " ".join(str(round(points(letter, 1000))) if letter else "0" for _, letter in every)
    extra = {
        100: (
            b"<< /Type /Font /Subtype /TrueType /BaseFont /ThaiOld /FirstChar 32 /LastChar 255 /Widths [%b] "
            b"/FontDescriptor 6 0 R /ToUnicode 102 0 R >>" % widths.encode()
        ),
        102: stream(b"1 begincodespacerange <00> <FF> endcodespacerange " + b" ".join(entries)),
    }
    return _simple(pages, extra, lambda text: text.encode("cp874"))


def _simple(pages: Sequence[Sequence[Spot]], extra: dict[int, bytes], encoded: Callable[[str], bytes]) -> bytes:
    contents = [
        b"\n".join(_at(s).replace(b"/F1", b"/F2") + literal(encoded(s.text)) + b" Tj ET" for s in page)
        for page in pages
    ]
    pdf = build_pdf(*contents, extra=extra)
    return assemble(objects_of(pdf.replace(b"/F1 3 0 R", b"/F2 100 0 R")))


def objects_of(pdf: bytes) -> dict[int, bytes]:
    """The objects of a file of `build_pdf`."""
    return {int(n): body for n, body in re.findall(rb"(?s)(\d+) 0 obj\n(.*?)\nendobj\n", pdf)}


def with_object_streams(pdf: bytes) -> bytes:
    """The same file with what is no stream packed into one, and a packed table of objects."""
    objects = objects_of(pdf)
    packed = {n: body for n, body in objects.items() if b"\nstream\n" not in body}
    holder, table = max(objects) + 1, max(objects) + 2
    heads, at = [], 0
    for number, body in packed.items():
        heads.append(b"%d %d" % (number, at))
        at += len(body) + 1
    head = b" ".join(heads) + b" "
    inside = zlib.compress(head + b" ".join(packed.values()))
    data = b"%PDF-1.7\n"
    places = {}
    loose = {n: body for n, body in objects.items() if n not in packed}
    entries = f"<< /Type /ObjStm /N {len(packed)} /First {len(head)} /Filter /FlateDecode /Length {len(inside)} >>"
    loose[holder] = entries.encode() + b"\nstream\n" + inside + b"\nendstream"
    for number, body in loose.items():
        places[number] = len(data)
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    places[table] = len(data)
    rows = []
    for number in range(table + 1):
        if number in packed:
            rows.append(b"\x02" + holder.to_bytes(4, "big") + list(packed).index(number).to_bytes(2, "big"))
        else:
            rows.append((b"\x01" if number in places else b"\0") + places.get(number, 0).to_bytes(4, "big") + b"\0\0")
    body = stream(b"".join(rows), f"/Type /XRef /Size {table + 1} /W [1 4 2] /Root 1 0 R /Info 7 0 R", packed=True)
    return data + b"%d 0 obj\n" % table + body + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[table]


# ---------------------------------------------------------------- by libraries


def by_libraries(*projects: Project) -> Iterator[Made]:
    """The forms by fpdf2 (plain, shaped) and ReportLab (plain, a table, encrypted without a password)."""
    facts = facts_of(*projects)
    yield Made("fpdf2_plain", samples.fpdf2_pdf(projects, shaped=False), facts)
    yield Made("fpdf2_shaped", samples.fpdf2_pdf(projects, shaped=True), facts)
    yield Made("reportlab_plain", samples.reportlab_pdf(projects), facts)
    yield Made("reportlab_encrypted", _reportlab_encrypted(projects), facts)
    yield Made("reportlab_table", _reportlab_table(projects), facts)


def _reportlab_encrypted(projects: Sequence[Project]) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfgen.canvas import Canvas

    samples.reportlab_pdf(projects[:1])  # registers the font
    buffer = io.BytesIO()
    encryption = StandardEncryption("", ownerPassword="owner", strength=128)
    canvas = Canvas(buffer, pagesize=(PAGE_WIDTH * MM, PAGE_HEIGHT * MM), encrypt=encryption)
    width = pdfmetrics.stringWidth
    for page in _spots(projects, lambda text, size: float(width(text, samples.FONT, size))):
        for spot in page:
            canvas.setFont(samples.FONT, spot.size)
            canvas.drawString(spot.x, spot.y, spot.text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _reportlab_table(projects: Sequence[Project]) -> bytes:
    """Each row of the form in a row of a table with lines around its cells."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    samples.reportlab_pdf(projects[:1])
    style = ParagraphStyle("form", fontName=samples.FONT, fontSize=10, leading=15, wordWrap="CJK")
    rows = [[Paragraph(running_title(), style)]]
    for project in projects:
        rows += [[Paragraph(html.escape(text), style)] for row in form_rows(project) for _, text in row.cells]
    buffer = io.BytesIO()
    table = Table(rows, colWidths=[480], style=[("GRID", (0, 0), (-1, -1), 0.5, "#888888")])
    SimpleDocTemplate(buffer, invariant=1).build([table])
    return buffer.getvalue()
