"""pdfminer's page interpreter with what it leaves out: named property lists, and limits on nested forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import copy

from pdfminer.pdfinterp import PDFStackT
from pdfminer.pdftypes import PDFStream, dict_value, resolve1
from pdfminer.psparser import PSLiteral

from extract.pdf.content import BoundedInterpreter
from extract.pdf.device import TextDevice
from extract.pdf.fonts import FontManager, UnreadableFont
from extract.pdf.streams import Allowance, Damaged, TooMuch, open_stream

MAX_FORM_DEPTH = 8
MAX_FORMS = 5_000
MAX_SAVED_STATES = 10_000

Tally = tuple[Counter[str], Counter[str], Allowance]


class PageInterpreter(BoundedInterpreter):
    """Draws pages onto a TextDevice; `notes` counts what was left out."""

    device: TextDevice

    def __init__(self, rsrcmgr: FontManager, device: TextDevice) -> None:
        super().__init__(rsrcmgr, device)
        self.depth = 0
        self.forms = Counter[str]()
        self.notes = Counter[str]()

    def tally(self) -> Tally:
        """What was counted so far, to be restored when a page is drawn a second time."""
        return Counter(self.forms), Counter(self.notes), copy(self.drawing)

    def restore(self, tally: Tally) -> None:
        """Go on counting from `tally`."""
        forms, notes, drawing = tally
        self.forms, self.notes, self.drawing = Counter(forms), Counter(notes), copy(drawing)

    def subinterp(self) -> PageInterpreter:
        """An interpreter for a form XObject, one level deeper, counting with this one."""
        inner = super().subinterp()
        assert isinstance(inner, PageInterpreter)
        inner.depth = self.depth + 1
        inner.forms, inner.notes = self.forms, self.notes
        return inner

    def do_BDC(self, tag: PDFStackT, props: PDFStackT) -> None:
        """Begin marked content; a property list given by name is looked up in the resources."""
        if isinstance(props, PSLiteral):
            named = dict_value(dict_value(self.resources).get("Properties"))
            props = resolve1(named.get(props.name))
        super().do_BDC(tag, props)

    def do_Do(self, xobjid_arg: PDFStackT) -> None:
        """Draw an XObject, forms only down to MAX_FORM_DEPTH and MAX_FORMS in a document."""
        name = xobjid_arg.name if isinstance(xobjid_arg, PSLiteral) else None
        xobject = resolve1(self.xobjmap.get(name)) if name in self.xobjmap else None
        is_form = isinstance(xobject, PDFStream) and getattr(resolve1(xobject.get("Subtype")), "name", "") == "Form"
        if is_form:
            self.forms["drawn"] += 1
            if self.forms["drawn"] > MAX_FORMS:
                raise TooMuch(f"the PDF draws more than {MAX_FORMS:,} form XObjects")
            if self.depth >= MAX_FORM_DEPTH:
                self.notes["form XObjects nested too deeply, not drawn"] += 1
                return
        super().do_Do(xobjid_arg)
        if is_form:
            self.device.set_ctm(self.ctm)  # pdfminer leaves the form's own matrix behind

    def do_q(self) -> None:
        """Save the graphics state, within reason."""
        if len(self.gstack) >= MAX_SAVED_STATES:
            raise TooMuch(f"the PDF saves more than {MAX_SAVED_STATES:,} graphics states")
        super().do_q()

    def do__w(self, aw: PDFStackT, ac: PDFStackT, s: PDFStackT) -> None:
        """Set spacing, move to the next line, show text; pdfminer forgets the move."""
        self.do_T_a()
        super().do__w(aw, ac, s)

    def do_TJ(self, seq: PDFStackT) -> None:
        """Show text; without a font it is text of which nothing is known."""
        if self.textstate.font is None:
            self.textstate.font = UnreadableFont()
        super().do_TJ(seq)

    def execute(self, streams: Sequence[object]) -> None:
        """Draw content streams, each opened with a limit; one that is missing makes the page Damaged."""
        found = [resolve1(reference) for reference in streams]
        for stream in found:
            if not isinstance(stream, PDFStream):
                raise Damaged("a content stream is missing")
            open_stream(stream)
        super().execute(found)
