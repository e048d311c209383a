"""pdfminer's parsers in linear time, with what they read paid for."""

from __future__ import annotations

import re
from io import BytesIO

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser, PDFStreamParser, PDFSyntaxError
from pdfminer.pdftypes import int_value
from pdfminer.psexceptions import PSEOF
from pdfminer.psparser import KWD, LIT, PSBaseParser, PSBaseParserToken, PSKeyword

from extract.pdf.rebuild import stream_extent
from extract.pdf.streams import Allowance, BoundedStream, Damaged

MAX_NAME_BYTES = 4096
_TOKEN = 8  # what a token costs, in bytes of a string

# What nearly all objects are made of, and whatever follows it. Everything else is pdfminer's: strings, comments, names
# with escapes, keywords but R, numbers that are odd or very long, and the last token of a buffer.
_PLAIN = re.compile(
    rb"[\t\n\x0b\f\r ]*(?:"
    rb"/(?P<name>[!\"$&'*-.0-;=?-Z\\^-z|~]{1,127})(?=[/%\[\]()<>{}\t\n\x0b\f\r ])"
    rb"|(?P<integer>[-+]?[0-9]{1,18})(?=[^0-9.])"
    rb"|(?P<real>[-+]?[0-9]{0,18}\.[0-9]{1,18})(?=[^0-9])"
    rb"|(?P<mark><<|>>|[\[\]])(?=.)"
    rb"|(?P<reference>R)(?=[#/%\[\]()<>{}\t\n\x0b\f\r ])"
    rb")",
    re.DOTALL,
)
_MARKS = {mark: KWD(mark) for mark in (b"<<", b">>", b"[", b"]")}
_REFERENCE = KWD(b"R")
_AT_ONCE = 64


class LinearStrings(PSBaseParser):
    """Strings and names that pdfminer copies in full for each escape in them."""

    def _parse_string(self, s: bytes, i: int) -> int:
        if isinstance(self._curtoken, bytes):
            self._curtoken = bytearray(self._curtoken)  # type: ignore[assignment]  # which grows where it is
        end = super()._parse_string(s, i)
        if self._parse1 == self._parse_main:
            place, string = self._tokens[-1]
            self._tokens[-1] = place, bytes(string) if isinstance(string, bytearray) else string
        return end

    def _parse_literal_hex(self, s: bytes, i: int) -> int:
        if len(self._curtoken) > MAX_NAME_BYTES:
            raise Damaged(f"a name is longer than {MAX_NAME_BYTES:,} bytes")
        return super()._parse_literal_hex(s, i)


class CountingParser(LinearStrings):
    """Reads ahead twice as far each time, so that long strings take linear time, and pays for what it has read."""

    parsing: Allowance
    charpos = 0

    def seek(self, pos: int) -> None:
        """Go on at `pos`."""
        self.parsing.spend(self.charpos)
        super().seek(pos)

    def nexttoken(self) -> tuple[int, PSBaseParserToken]:
        """The next token, paid for."""
        self.parsing.spend(_TOKEN)
        if not self._tokens and self._parse1 == self._parse_main:
            self._take_plain()
        return self._tokens.pop(0) if self._tokens and not self.eof else super().nexttoken()

    def _take_plain(self) -> None:
        """Take the plain tokens that come next. Behind any keyword but R bytes may follow that are no tokens."""
        buf, at, tokens, before = self.buf, self.charpos, self._tokens, self.bufpos
        for _ in range(_AT_ONCE):
            found = _PLAIN.match(buf, at)
            if found is None:
                break
            at = found.end()
            kind = found.lastgroup
            text = found[kind]  # type: ignore[index]
            if kind == "integer":
                token: PSBaseParserToken = int(text)
            elif kind == "name":
                token = LIT(text.decode("ascii"))
            elif kind == "mark":
                token = _MARKS[text]
            elif kind == "real":
                token = float(text)
            else:
                token = _REFERENCE
            tokens.append((before + at - len(text) - (kind == "name"), token))
        self.charpos = at

    def fillbuf(self) -> bool:
        """Fetch the next part when this one is used up; never the start of another stream (False)."""
        if self.charpos < len(self.buf):
            return False
        self.parsing.spend(self.charpos)
        self.charpos = 0
        self.bufpos = self.fp.tell()
        self.buf = self.fp.read(max(self.BUFSIZ, 2 * len(self.buf)))
        if not self.buf:
            raise PSEOF("Unexpected EOF")
        return False


class FileParser(CountingParser, PDFParser):
    """Parses objects of the file; streams end where the file says so, and open themselves within the limits."""

    def __init__(self, data: bytes, parsing: Allowance, unpacking: Allowance) -> None:
        self.data, self.parsing, self.unpacking = data, parsing, unpacking
        super().__init__(BytesIO(data))

    def do_keyword(self, pos: int, token: PSKeyword) -> None:
        """Take over streams; everything else is pdfminer's."""
        if token is not self.KEYWORD_STREAM:
            super().do_keyword(pos, token)
            return
        popped = self.pop(1)
        attributes = popped[0][1] if popped else None
        if not isinstance(attributes, dict):
            raise PDFSyntaxError("a stream without a dictionary")
        start, end, after = stream_extent(self.data, pos, int_value(attributes.get("Length", -1)))
        self.seek(after)
        decipher = self.doc.decipher if self.doc is not None else None
        # a stream is the last of its object, whether or not `endobj` follows
        self.add_results((pos, BoundedStream(attributes, self.data[start:end], decipher, self.unpacking)))


class PackedParser(CountingParser, PDFStreamParser):
    """Parses objects that stand one after the other without numbers, such as those in an object stream."""

    def __init__(self, data: bytes, document: PDFDocument, parsing: Allowance) -> None:
        self.parsing = parsing
        super().__init__(data)
        self.set_document(document)
