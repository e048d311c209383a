"""Hands what pdfminer's own interpreter draws over to the writer of lines."""

from __future__ import annotations

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFDevice, PDFTextSeq
from pdfminer.pdfinterp import PDFGraphicState, PDFStackT, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, mult_matrix

from extract.pdf.fonts import FontManager
from extract.pdf.strings import TextStyle
from extract.pdf.text_strings import text_of
from extract.pdf.writer import PageWriter


class TextDevice(PDFDevice):
    """pdfminer's device over a PageWriter."""

    rsrcmgr: FontManager

    def __init__(self, fonts: FontManager, writer: PageWriter) -> None:
        super().__init__(fonts)
        self.writer = writer
        self.structure: dict[int, str] = {}
        """What the structure tree says instead of the marked content of the page that is drawn, by its number."""

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        """Start an empty page."""
        self.writer.begin_page()

    def end_page(self, page: PDFPage) -> None:
        """Finish the page."""
        self.writer.end_page()

    def render_image(self, name: str, stream: PDFStream) -> None:
        """Count it."""
        self.writer.image()

    def paint_path(self, *_: object) -> None:
        """Remember that something was drawn."""
        self.writer.drawing()

    def begin_tag(self, tag: PSLiteral, props: PDFStackT | None = None) -> None:
        """Open a marked-content sequence."""
        self.writer.begin_tag(self.text_instead(props))

    def text_instead(self, props: object) -> str | None:
        """What stands for the content of a marked-content sequence, by its own properties or the structure tree."""
        text = actual_text(props)
        if text is None and self.structure:
            properties = resolve1(props)
            number = resolve1(properties.get("MCID")) if isinstance(properties, dict) else None
            text = self.structure.get(number) if isinstance(number, int) else None
        return text

    def end_tag(self) -> None:
        """Close the innermost marked-content sequence."""
        self.writer.end_tag()

    def render_string(
        self, textstate: PDFTextState, seq: PDFTextSeq, ncs: PDFColorSpace, graphicstate: PDFGraphicState
    ) -> None:
        """Draw one string: pieces of text with the moves between them."""
        if textstate.font is None or self.ctm is None:
            return
        a, b, c, d, e, f = mult_matrix(textstate.matrix, self.ctm)
        style = TextStyle(
            self.writer.strings(textstate.font),
            (a, b, c, d),
            fontsize=textstate.fontsize,
            charspace=textstate.charspace,
            wordspace=textstate.wordspace,
            scaling=textstate.scaling * 0.01,
            render=textstate.render,
        )
        textstate.linematrix = self.writer.show(style, (e, f), seq, *textstate.linematrix)


def actual_text(props: object) -> str | None:
    """The /ActualText of a marked-content property list, None when it has none."""
    properties = resolve1(props)
    if not isinstance(properties, dict):
        return None
    value = resolve1(properties.get("ActualText"))
    return text_of(value) if isinstance(value, bytes) else None
