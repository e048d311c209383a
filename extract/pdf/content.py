"""pdfminer's way of drawing a page, token by token, for content that the fast scanner does not understand; bounded.

pdfminer copies the operand stack for each operator, and strings and inline images in full for each of their bytes: a
page of one megabyte takes minutes. Here the same operations take linear time, and are paid for.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdfminer.pdfdevice import PDFDevice
from pdfminer.pdfinterp import PDFContentParser, PDFPageInterpreter, PDFResourceManager, PDFStackT
from pdfminer.pdftypes import PDFStream, stream_value
from pdfminer.psexceptions import PSEOF
from pdfminer.psparser import PSBaseParserToken, PSKeyword, keyword_name

from extract.pdf.parser import LinearStrings
from extract.pdf.streams import Allowance, Damaged

MAX_DRAWN_BYTES = 16 * 1024 * 1024
"""Of content, each time it is drawn; 200 dense pages of the form have 12 million."""

_TOKEN = 16  # what a token costs here, in bytes of content that are scanned
_MOST_OPERANDS = 64  # the largest operator takes 33 (the components of a colour); an array is one
_METHOD_NAMES = str.maketrans({"*": "_a", '"': "_w", "'": "_q"})


class ContentParser(LinearStrings, PDFContentParser):
    """pdfminer's parser of content streams, with strings and inline images in linear time."""

    BUFSIZ = 65_536

    def __init__(self, streams: Sequence[PDFStream], drawing: Allowance) -> None:
        self._drawing = drawing
        super().__init__(streams)

    def nexttoken(self) -> tuple[int, PSBaseParserToken]:
        """The next token, paid for."""
        self._drawing.spend(_TOKEN)
        return super().nexttoken()

    @property
    def is_cut(self) -> bool:
        """Whether it stands inside a string, an array, a dictionary or an inline image."""
        return bool(self.context) or self._parse1 != self._parse_main

    def get_inline_data(self, pos: int, target: bytes = b"EI") -> tuple[int, bytes]:
        """The bytes of an inline image, up to `target` and white space; Damaged when they do not come."""
        self.seek(pos)
        data = bytearray()
        while True:
            try:
                self.fillbuf()
            except PSEOF as error:
                raise Damaged("an inline image has no end") from error
            looked_at = max(0, len(data) - len(target))
            data += self.buf[self.charpos :]
            end = data.find(target, looked_at)
            while 0 <= end < len(data) - len(target):
                after = end + len(target) + 1
                if data[after - 1 : after].isspace():
                    self.charpos = len(self.buf) - (len(data) - after)
                    return pos, bytes(data[:end])
                end = data.find(target, end + 1)
            self.charpos = len(self.buf)


class BoundedInterpreter(PDFPageInterpreter):
    """pdfminer's interpreter over a ContentParser; `drawing` is what the whole document may still draw."""

    def __init__(self, rsrcmgr: PDFResourceManager, device: PDFDevice) -> None:
        super().__init__(rsrcmgr, device)
        self.drawing = Allowance(MAX_DRAWN_BYTES, "its pages draw more than")

    def dup(self) -> BoundedInterpreter:
        """Another interpreter of the same document."""
        other = super().dup()
        assert isinstance(other, BoundedInterpreter)
        other.drawing = self.drawing
        return other

    def push(self, obj: PDFStackT) -> None:
        """Add an operand; the oldest of too many is forgotten."""
        self.argstack.append(obj)
        if len(self.argstack) > _MOST_OPERANDS:
            del self.argstack[0]

    def pop(self, n: int) -> list[PDFStackT]:
        """Take the last `n` operands, or as many as there are."""
        taken = self.argstack[-n:] if n else []
        del self.argstack[len(self.argstack) - len(taken) :]
        return taken

    def execute(self, streams: Sequence[object]) -> None:
        """Draw content streams, except those that are being drawn already; Damaged when they break off."""
        self.stream_ids.clear()
        valid = [stream for stream in map(stream_value, streams) if stream.objid is not None]
        valid = [stream for stream in valid if stream.objid not in self.parent_stream_ids]
        self.stream_ids.update(stream.objid for stream in valid if stream.objid is not None)
        try:
            parser = ContentParser(valid, self.drawing)
        except PSEOF:  # an empty page
            return
        known = unknown = 0
        while (found := self._next(parser)) is not None:
            if not isinstance(found, PSKeyword):
                self.push(found)
            elif self._operate(keyword_name(found)):
                known += 1
            else:
                unknown += 1
        if parser.is_cut:
            raise Damaged("the drawing of a page breaks off")
        if unknown > known:
            raise Damaged(f"{unknown:,} of the {known + unknown:,} operators that draw a page are none")

    @staticmethod
    def _next(parser: ContentParser) -> PSKeyword | PDFStackT | None:
        try:
            return parser.nextobject()[1]
        except PSEOF:
            return None

    def _operate(self, name: str) -> bool:
        """Do what the operator says, if there is such an operator."""
        operation = getattr(self, "do_" + name.translate(_METHOD_NAMES), None)
        if operation is None:
            return False
        wanted = operation.__code__.co_argcount - 1
        operands = self.pop(wanted)
        if len(operands) == wanted:
            operation(*operands)
        return True
