"""A fast reader of page content: one match of a regular expression for each operator, instead of one call per token.

It understands what producers write and nothing else. Whatever has another shape, a wrong number of operands, a number
that is no plain decimal, an inline image, an escape that PDF does not know, raises InDoubt, and the page is drawn again
by pdfminer's own interpreter. Both draw the same text on every PDF that either of them reads; a test holds that.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Sequence
from math import isfinite
from typing import Any

from pdfminer.pdfparser import PDFStreamParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, dict_value, resolve1
from pdfminer.psexceptions import PSException
from pdfminer.psparser import LIT
from pdfminer.utils import Matrix

from extract.pdf.device import actual_text
from extract.pdf.interpreter import MAX_SAVED_STATES, PageInterpreter
from extract.pdf.streams import Damaged, TooMuch, open_stream
from extract.pdf.strings import FontStrings, TextStyle


class InDoubt(Exception):
    """The page holds something that only pdfminer's own interpreter is trusted with."""


# Possessive quantifiers throughout: a damaged stream must not make the expression try every way of reading it.
_SPACES = b"\t\n\f\r "
_SPACE = rb"[\t\n\f\r ]"
_NUMBER = rb"[+-]?+(?:\d{1,9}+(?:\.\d{0,40}+)?+|\.\d{1,40}+)"
_LITERAL = rb"\((?:[^\\()]|\\.|\((?:[^\\()]|\\.)*+\))*+\)"
_HEX = rb"<[0-9A-Fa-f\t\n\f\r ]*+>"
_LETTER = rb"[^\x00-\x20\x7f-\xff()<>\[\]{}/%#]"
_NAME = rb"/" + _LETTER + rb"*+"
_END = rb"(?:" + _SPACE + rb"++|(?=[\[<(/])|\Z)"


def _numbers(count: int) -> bytes:
    return rb"(?:" + _NUMBER + _SPACE + rb"++){" + str(count).encode() + rb"}+"


def _dictionary(depth: int) -> bytes:
    simple = rb"|".join((_LITERAL, _HEX, _NAME, _NUMBER, rb"true|false|null"))
    value = simple + rb"|\[(?:" + _SPACE + rb"*+(?:" + simple + rb"))*+" + _SPACE + rb"*+\]"
    if depth:
        value += rb"|" + _dictionary(depth - 1)
    entry = _SPACE + rb"*+" + _NAME + _SPACE + rb"*+(?:" + value + rb")"
    return rb"<<(?:" + entry + rb")*+" + _SPACE + rb"*+>>"


# drawing that has no bearing on text: paths, colours, line styles
_SILENT = (
    rb"(?:"
    + rb"|".join(
        (
            _numbers(6) + rb"c" + _END,
            _numbers(4) + rb"(?:re|v|y|k|K)" + _END,
            _numbers(3) + rb"(?:rg|RG)" + _END,
            _numbers(2) + rb"(?:l|m)" + _END,
            _numbers(1) + rb"(?:w|J|j|M|i|g|G)" + _END,
            rb"(?:" + _NUMBER + _SPACE + rb"++)*+(?:" + _NAME + _SPACE + rb"*+)?+(?:scn?|SCN?)" + _END,
            rb"(?:h|n|W\*?|F|ET|BX|EX)" + _END,  # F, an old f, is none to pdfminer
            _NAME + _SPACE + rb"*+(?:gs|cs|CS|ri|sh|MP)" + _END,
            _NAME + _SPACE + rb"*+(?:" + _dictionary(1) + rb"|" + _NAME + rb")" + _SPACE + rb"*+DP" + _END,
            rb"\["
            + _SPACE
            + rb"*+(?:"
            + _NUMBER
            + rb"(?:"
            + _SPACE
            + rb"++|(?=\])))*+\]"
            + _SPACE
            + rb"*+"
            + _numbers(1)
            + rb"d"
            + _END,
        )
    )
    + rb")++"
)
_TOKEN = re.compile(
    rb"|".join(
        (
            # many producers place each glyph by itself
            rb"(?:(?P<to>" + _numbers(2) + rb")Td" + _END + rb"|(?P<at>" + _numbers(6) + rb")Tm" + _END + rb")?+"
            rb"(?P<string>" + _HEX + rb"|" + _LITERAL + rb")" + _SPACE + rb"*+Tj" + _END,
            rb"\[(?P<array>(?:[-+.0-9\t\n\f\r ]++|" + _HEX + rb"|" + _LITERAL + rb")*+)\]" + _SPACE + rb"*+TJ" + _END,
            rb"(?P<move>" + _numbers(2) + rb")Td" + _END,
            rb"(?P<matrix>" + _numbers(6) + rb")Tm" + _END,
            rb"/(?P<font>" + _LETTER + rb"++" + _SPACE + rb"++" + _numbers(1) + rb")Tf" + _END,
            rb"(?P<transform>" + _numbers(6) + rb")cm" + _END,
            rb"(?P<lead>" + _numbers(2) + rb")TD" + _END,
            rb"(?P<number>" + _numbers(1) + rb")T(?P<what>[cwzLrs])" + _END,
            _NAME + _SPACE + rb"*+(?P<tag>" + _dictionary(2) + rb"|" + _NAME + rb")" + _SPACE + rb"*+BDC" + _END,
            rb"(?P<plain>BT|EMC|q|Q|T\*)" + _END,
            rb"(?P<paint>f\*?|S|s|B\*?|b\*?)" + _END,
            rb"(?P<silent>" + _SILENT + rb")",
            rb"(?P<untagged>" + _NAME + _SPACE + rb"*+BMC)" + _END,
            rb"/(?P<xobject>" + _LETTER + rb"*+)" + _SPACE + rb"*+Do" + _END,
            rb"(?P<quoted>" + _HEX + rb"|" + _LITERAL + rb")" + _SPACE + rb"*+'" + _END,
            rb"(?P<gaps>" + _numbers(2) + rb")(?P<spaced>" + _HEX + rb"|" + _LITERAL + rb")" + _SPACE + rb"*+\"" + _END,
            rb"(?P<blank>" + _SPACE + rb"++)",
        )
    ),
    re.DOTALL,
)
_ONE_TEXT = re.compile(
    rb"<<" + _SPACE + rb"*+/ActualText" + _SPACE + rb"*+(" + _HEX + rb"|" + _LITERAL + rb")" + _SPACE + rb"*+>>"
)
_REFERENCE = re.compile(rb"\d[\t\n\f\r ]++R")
_ELEMENT = re.compile(
    rb"(" + _NUMBER + rb")(?![^\t\n\f\r \]<(])|(" + _HEX + rb")|(" + _LITERAL + rb")|" + _SPACE + rb"++", re.DOTALL
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\r\n])|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"(": b"(", b")": b")", b"\\": b"\\"}

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_KNOWN_TAGS = 5_000


class PageScanner(PageInterpreter):
    """pdfminer's interpreter with its loop over tokens replaced; forms and resources are still pdfminer's."""

    def init_resources(self, resources: dict[object, object]) -> None:
        """Note the fonts and XObjects; a font is built when text is first set in it."""
        self.resources = resources
        self.fontmap, self.xobjmap, self.csmap = {}, {}, {}
        named = dict_value(resources) if resources else {}
        self._fonts: dict[str, object] = dict_value(named["Font"]) if "Font" in named else {}
        if "XObject" in named:
            self.xobjmap.update(dict_value(named["XObject"]))
        self._tags: dict[bytes, str | None] = {}
        self._styles: dict[tuple[Any, ...], TextStyle] = {}

    def execute(self, streams: Sequence[object]) -> None:
        """Draw the content streams; InDoubt when one of them holds more than is understood here."""
        content: list[bytes] = []
        self.stream_ids.clear()
        for reference in streams:
            stream = resolve1(reference)
            if not isinstance(stream, PDFStream):
                if stream is None:
                    raise Damaged("a content stream is missing")
                raise InDoubt("a content stream is something else")
            if stream.objid is None:
                continue
            if stream.objid not in self.parent_stream_ids:
                open_stream(stream)
                self.drawing.spend(len(stream.get_data()))
                content.append(stream.get_data())
                self.stream_ids.add(stream.objid)
        self._scan(content)

    def _scan(self, content: Sequence[bytes]) -> None:
        writer = self.device.writer
        show_string = writer.show_string
        ctm = self.ctm
        strings: FontStrings | None = None
        size = charspace = wordspace = leading = 0.0
        scaling, render = 1.0, 0
        a, b, c, d, e, f = _IDENTITY  # the text matrix
        x = y = 0.0  # the pen, in the space of the text
        style: TextStyle | None = None  # None when something that it is made of has changed
        saved: list[tuple[Any, ...]] = []
        for data in content:
            at = 0
            for match in iter(_TOKEN.scanner(data).match, None):  # type: ignore[attr-defined]
                at = match.end()
                kind = match.lastgroup
                if kind == "blank" or kind == "silent":
                    continue
                if kind == "string" or kind == "array" or kind == "quoted" or kind == "spaced":
                    if kind == "string":
                        if (to := match["to"]) is not None:
                            tx, ty = map(float, to.split())
                            e, f = tx * a + ty * c + e, tx * b + ty * d + f
                            x = y = 0.0
                        elif (place := match["at"]) is not None:
                            before = a, b, c, d
                            a, b, c, d, e, f = map(float, place.split())
                            x = y = 0.0
                            if before != (a, b, c, d):
                                style = None
                    elif kind != "array":
                        if kind == "spaced":
                            wordspace, charspace = map(float, match["gaps"].split())
                            style = None
                        e, f = leading * c + e, leading * d + f
                        x = y = 0.0
                    if strings is None:
                        raise InDoubt("text before any font")
                    p, q, r, s, t, u = ctm
                    if style is None:
                        matrix = (p * a + r * b, q * a + s * b, p * c + r * d, q * c + s * d)
                        key = (id(strings), matrix, size, charspace, wordspace, scaling, render)
                        style = self._styles.get(key)
                        if style is None:
                            style = self._styles[key] = TextStyle(
                                strings,
                                matrix,
                                fontsize=size,
                                charspace=charspace,
                                wordspace=wordspace,
                                scaling=scaling,
                                render=render,
                            )
                    origin = (p * e + r * f + t, q * e + s * f + u)
                    if kind == "array":
                        x, y = writer.show(style, origin, _elements(match["array"]), x, y)
                    else:
                        x, y = show_string(style, origin, _string(match[kind]), x, y)
                elif kind == "move":
                    tx, ty = map(float, match["move"].split())
                    e, f = tx * a + ty * c + e, tx * b + ty * d + f
                    x = y = 0.0
                elif kind == "matrix":
                    a, b, c, d, e, f = map(float, match["matrix"].split())
                    x = y = 0.0
                    style = None
                elif kind == "tag":
                    writer.begin_tag(self._tag_text(match["tag"]))
                elif kind == "plain":
                    operator = match["plain"]
                    if operator == b"EMC":
                        writer.end_tag()
                    elif operator == b"BT":
                        a, b, c, d, e, f = _IDENTITY
                        x = y = 0.0
                        style = None
                    elif operator == b"q":
                        if len(saved) >= MAX_SAVED_STATES:
                            raise TooMuch(f"the PDF saves more than {MAX_SAVED_STATES:,} graphics states")
                        saved.append(
                            (ctm, strings, size, charspace, wordspace, leading, scaling, render, a, b, c, d, e, f, x, y)
                        )
                    elif operator == b"Q":
                        if saved:
                            ctm, strings, size, charspace, wordspace, leading, scaling, render, *pen = saved.pop()
                            a, b, c, d, e, f, x, y = pen
                            self.ctm = ctm
                            style = None
                    else:
                        e, f = leading * c + e, leading * d + f
                        x = y = 0.0
                elif kind == "font":
                    name, number = match["font"].split()
                    strings = self._strings_of(name)
                    size = float(number)
                    style = None
                elif kind == "transform":
                    self.ctm = ctm = _multiplied(tuple(map(float, match["transform"].split())), ctm)
                    style = None
                elif kind == "what":
                    number, what = float(match["number"]), match["what"]
                    style = None
                    if what == b"c":
                        charspace = number
                    elif what == b"w":
                        wordspace = number
                    elif what == b"z":
                        scaling = number * 0.01
                    elif what == b"L":
                        leading = -number
                    elif what == b"r":
                        render = int(number)
                elif kind == "paint":
                    writer.drawing()
                elif kind == "lead":
                    tx, leading = map(float, match["lead"].split())
                    e, f = tx * a + leading * c + e, tx * b + leading * d + f
                    x = y = 0.0
                elif kind == "untagged":
                    writer.begin_tag(None)
                elif kind == "xobject":
                    self.do_Do(LIT(match["xobject"].decode("ascii")))
            if at != len(data):
                raise InDoubt(f"at byte {at}")

    def _strings_of(self, name: bytes) -> FontStrings:
        """The strings of the font with this name in the resources."""
        key = name.decode("latin-1")
        font = self.fontmap.get(key)
        if font is None:
            reference = self._fonts.get(key)
            if reference is None:
                raise InDoubt("a font that is not among the resources")
            objid = reference.objid if isinstance(reference, PDFObjRef) else None
            font = self.fontmap[key] = self.rsrcmgr.get_font(objid, dict_value(reference))
        return self.device.writer.strings(font)

    def _tag_text(self, properties: bytes) -> str | None:
        """What stands for a marked-content sequence whose property list is written out or named."""
        is_named = properties.startswith(b"/")
        if self.device.structure and (is_named or b"MCID" in properties):
            return self.device.text_instead(self._properties(properties))
        if not is_named and b"ActualText" not in properties and b"#" not in properties:
            return None
        if properties not in self._tags:
            if len(self._tags) >= _KNOWN_TAGS:
                self._tags.clear()
            self._tags[properties] = actual_text(self._properties(properties))
        return self._tags[properties]

    def _properties(self, written: bytes) -> object:
        if written.startswith(b"/"):
            named = dict_value(dict_value(self.resources).get("Properties"))
            return named.get(written[1:].decode("latin-1"))
        return _dictionary_of(written)


def _dictionary_of(written: bytes) -> object:
    """A property list that is written out; the one kind that producers write for each word is read at once."""
    match = _ONE_TEXT.fullmatch(written)
    if match:
        return {"ActualText": _string(match[1])}
    if _REFERENCE.search(written):
        raise InDoubt("a reference inside a property list")
    try:
        return PDFStreamParser(written).nextobject()[1]
    except PSException as error:
        raise InDoubt("an odd property list") from error


def _elements(array: bytes) -> list[bytes | float]:
    """The strings and moves of a TJ operator."""
    elements: list[bytes | float] = []
    at = 0
    for match in iter(_ELEMENT.scanner(array).match, None):  # type: ignore[attr-defined]
        at = match.end()
        group = match.lastindex
        if group == 1:
            elements.append(float(match[1]))
        elif group:
            elements.append(_string(match[group]))
    if at != len(array):
        raise InDoubt("an array that holds something else than strings and numbers")
    return elements


def _string(written: bytes) -> bytes:
    """The bytes of a string object, `(…)` or `<…>`."""
    body = written[1:-1]
    if written[0] == 0x3C:
        try:
            return unhexlify(body)
        except ValueError:  # white space inside it, or an odd number of digits
            digits = body.translate(None, _SPACES)
            if len(digits) % 2:
                raise InDoubt("a hexadecimal string of odd length") from None
            return unhexlify(digits)
    return _ESCAPE.sub(_unescaped, body) if b"\\" in body else body


def _unescaped(match: re.Match[bytes]) -> bytes:
    octal, line_end, letter = match.groups()
    if octal:
        code = int(octal, 8)
        if code > 255:
            raise InDoubt("an octal escape beyond a byte")
        return bytes((code,))
    if line_end:
        return b""
    if letter not in _ESCAPED:
        raise InDoubt("an escape that PDF does not know")
    return _ESCAPED[letter]


def _multiplied(matrix: tuple[float, ...], by: Matrix) -> Matrix:
    a, b, c, d, e, f = matrix
    p, q, r, s, t, u = by
    result = (
        p * a + r * b,
        q * a + s * b,
        p * c + r * d,
        q * c + s * d,
        p * e + r * f + t,
        q * e + s * f + u,
    )
    if not all(map(isfinite, result)):
        raise InDoubt("a matrix without bounds")
    return result
