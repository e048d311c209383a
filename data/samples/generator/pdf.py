"""Facts → PDF by fpdf2 (shaped and plain) and ReportLab, and the PDFs that no reader can read.

The same input gives the same bytes, as long as the producers are the pinned ones.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .facts import Project
from .paper import PAGE_HEIGHT, PAGE_WIDTH, Piece, compose

FONT_FILE = Path(__file__).parents[1] / "fonts" / "Sarabun-Regular.ttf"
FONT = "Sarabun"
CREATED = datetime(2020, 10, 1, 2, 0, tzinfo=UTC)
PASSWORD = "kaona-sample"
MM = 72 / 25.4
SCAN_DPI = 100


class _Document(FPDF):
    """An FPDF document whose identifier depends on nothing but its name."""

    def __init__(self, name: str, *, shaped: bool = False) -> None:
        super().__init__(format="A4")
        self._name = name
        self.set_creation_date(CREATED)
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.add_font(FONT, fname=FONT_FILE)
        self.set_font(FONT, size=11)
        self.set_text_shaping(shaped)

    def file_id(self) -> str:
        digest = md5(self._name.encode(), usedforsecurity=False).hexdigest()
        return f"<{digest}><{digest}>"

    def measure(self, text: str, size: float) -> float:
        self.set_font(FONT, size=size)
        return float(self.get_string_width(text))

    def draw(self, pages: Sequence[Sequence[Piece]]) -> None:
        for page in pages:
            self.add_page()
            for piece in page:
                self.set_font(FONT, size=piece.size)
                self.set_xy(piece.x, piece.y - 4)
                self.cell(h=5, text=piece.text)


def fpdf2_pdf(copies: Sequence[Project], *, shaped: bool) -> bytes:
    """The copies by fpdf2; shaped by HarfBuzz, or with each character in its place."""
    document = _Document(copies[0].code, shaped=shaped)
    document.draw(compose(copies, document.measure))
    return bytes(document.output())


def reportlab_pdf(copies: Sequence[Project]) -> bytes:
    """The copies by ReportLab, each character in its place.

    Not shaped: for a font like this one ReportLab numbers shaped marks from U+E000 in the order it meets them, so the
    text layer loses its tone marks for good and the bytes depend on what was drawn before.
    """
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(FONT_FILE), shapable=False))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(PAGE_WIDTH * MM, PAGE_HEIGHT * MM), invariant=1, pageCompression=1)
    for page in compose(copies, lambda text, size: float(pdfmetrics.stringWidth(text, FONT, size)) / MM):
        for piece in page:
            canvas.setFont(FONT, piece.size)
            canvas.drawString(piece.x * MM, (PAGE_HEIGHT - piece.y) * MM, piece.text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def broken_pdf(project: Project) -> bytes:
    """A PDF of which the last two thirds never arrived."""
    whole = fpdf2_pdf([project], shaped=False)
    return whole[: len(whole) // 3]


def password_pdf(project: Project) -> bytes:
    """A PDF that opens only with `PASSWORD`."""
    document = _Document(project.code)
    document.set_encryption(owner_password=f"{PASSWORD}-owner", user_password=PASSWORD)
    document.draw(compose([project], document.measure))
    return bytes(document.output())


def image_only_pdf(project: Project) -> bytes:
    """The form as a picture, as a scanner delivers it: no text layer."""
    pages = compose([project], _Document(project.code).measure)
    document = _Document(project.code)
    for page in pages:
        document.add_page()
        document.image(_picture(page), x=0, y=0, w=PAGE_WIDTH, h=PAGE_HEIGHT)
    return bytes(document.output())


def _picture(page: Sequence[Piece]) -> Image.Image:
    """One page in black and white at `SCAN_DPI`."""
    scale = SCAN_DPI / 25.4
    picture = Image.new("L", (round(PAGE_WIDTH * scale), round(PAGE_HEIGHT * scale)), 255)
    pen = ImageDraw.Draw(picture)
    for piece in page:
        font = ImageFont.truetype(FONT_FILE, piece.size * SCAN_DPI / 72, layout_engine=ImageFont.Layout.BASIC)
        pen.text((piece.x * scale, piece.y * scale), piece.text, fill=0, font=font, anchor="ls")
    return picture.point(lambda level: 255 if level > 150 else 0).convert("1")
