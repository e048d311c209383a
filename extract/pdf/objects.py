"""The objects of a PDF file, found and parsed with limits: pdfminer's document, made safe at its roots.

pdfminer follows references that lead in a circle for ever, looks for lines and long strings in quadratic time, and
parses a file of any size token by token when its table of objects is damaged. Here an object that is part of itself is
Damaged, what is parsed is counted, and a table that is lost or wrong is rebuilt in one pass over the bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pdfminer.pdfdocument import PDFBaseXRef, PDFDocument, PDFNoPageLabels, PDFNoValidXRef, PDFXRef, PDFXRefStream
from pdfminer.pdfexceptions import PDFObjectNotFound
from pdfminer.pdfparser import PDFParser, PDFSyntaxError
from pdfminer.pdftypes import PDFObjRef, PDFStream, int_value
from pdfminer.psparser import PSKeywordTable, PSLiteralTable
from pdfminer.utils import nunpack

from extract.pdf.encryption import HANDLERS, check_encryption
from extract.pdf.parser import FileParser, PackedParser
from extract.pdf.rebuild import RebuiltTable, last_startxref
from extract.pdf.streams import Allowance, Damaged, TooMuch, open_stream

MAX_OBJECTS = 20_000
"""Looked up, found or not; 200 pages of the form need some thousands."""
MAX_PARSED_BYTES = 2 * 1024 * 1024
"""Of objects and their tables, without streams, a token counted as eight; 200 pages of the form take a third of it."""
MAX_TABLES = 200
"""Each time a PDF is changed and saved, its table of objects grows by a part."""
MAX_REFERENCES = 20
"""That lead from one to the next before there is an object."""

_KEPT_NAMES = 1_000
_MAX_ENTRY_BYTES = 24


@contextmanager
def names_forgotten() -> Iterator[None]:
    """Drop what pdfminer keeps for ever of the names and keywords read inside, so that no file pays for another."""
    tables: tuple[dict[Any, Any], ...] = PSLiteralTable.dict, PSKeywordTable.dict
    sizes = [len(table) for table in tables]
    try:
        yield
    finally:
        for table, size in zip(tables, sizes, strict=True):
            while len(table) > size + _KEPT_NAMES:
                table.popitem()


class BoundedDocument(PDFDocument):
    """The objects of the PDF in `data`, opened with an empty password."""

    security_handler_registry = HANDLERS

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.is_rebuilt = False
        """Whether the file's own table of objects could not be used, or not for every object."""
        self._has_looked_everywhere = False
        self.unpacking = Allowance()
        self.parsing = Allowance(MAX_PARSED_BYTES, "its objects are longer than")
        self._file = FileParser(data, self.parsing, self.unpacking)
        self._lookups = 0
        self._being_read: set[int] = set()
        self._packed: dict[int, _PackedObjects] = {}
        super().__init__(self._file, "")
        if not self.catalog:
            raise Damaged("it has no catalog")

    def getobj(self, objid: int) -> object:
        """Object `objid`, through references that stand alone; Damaged when they, or it, lead back to itself."""
        found = self._look_up(objid)
        for _ in range(MAX_REFERENCES):
            if not isinstance(found, PDFObjRef):
                return found
            found = self._look_up(found.objid)
        raise Damaged(f"object {objid} is nothing but references")

    def _look_up(self, number: int) -> object:
        if number in self._cached_objs:
            return self._cached_objs[number][0]
        if number in self._being_read:
            raise Damaged(f"object {number} is part of itself")
        self._lookups += 1
        if self._lookups > MAX_OBJECTS:
            raise TooMuch(f"the PDF has more than {MAX_OBJECTS:,} objects")
        self._being_read.add(number)
        try:
            return super().getobj(number)
        except PDFObjectNotFound:
            if not self._is_misplaced(number):
                raise
            return super().getobj(number)
        finally:
            self._being_read.discard(number)

    def _is_misplaced(self, number: int) -> bool:
        """Whether the table names a place where object `number` is not, and the object is elsewhere in the file."""
        if self._has_looked_everywhere or not any(_has(table, number) for table in self.xrefs):
            return False
        self._has_looked_everywhere = True
        try:
            rebuilt = RebuiltTable(self)
        except Damaged:
            return False
        self.is_rebuilt = _has(rebuilt, number)
        if self.is_rebuilt:
            self.xrefs.append(rebuilt)
        return self.is_rebuilt

    def parse_at(self, place: int) -> object:
        """The object whose number stands at `place`, whatever that number is."""
        self._file.seek(place)
        for _ in range(3):  # its number, its generation, `obj`
            self._file.nexttoken()
        return self._file.nextobject()[1]

    def dictionary_at(self, place: int) -> object:
        """The dictionary that begins at `place`."""
        parser = PackedParser(self.data, self, self.parsing)
        parser.seek(place)
        return parser.nextobject()[1]

    def packed_numbers(self, stream: PDFStream) -> list[int]:
        """The numbers of the objects in an object stream."""
        return _PackedObjects(stream, self).numbers

    def _getobj_objstm(self, stream: PDFStream, index: int, objid: int) -> object:
        assert stream.objid is not None
        if stream.objid not in self._packed:
            self._packed[stream.objid] = _PackedObjects(stream, self)
        return self._packed[stream.objid].parse(index, objid)

    def _initialize_password(self, password: str = "") -> None:
        assert self.encryption is not None
        check_encryption(*self.encryption)
        super()._initialize_password(password)

    def get_page_labels(self) -> Iterator[str]:
        """None: they are another numbering of the pages, of no use here, and may be endless or lead in a circle."""
        raise PDFNoPageLabels

    # the table of objects

    def find_xref(self, parser: PDFParser) -> int:
        """Where the newest part of the table is said to be; -1 when nothing says it."""
        return last_startxref(self.data)

    def read_xref_from(self, parser: PDFParser, start: int, xrefs: list[PDFBaseXRef]) -> None:
        """Read the table from `start` on, its newest part first; when it is no table, rebuild it from the objects."""
        try:
            if start < 0:
                raise PDFNoValidXRef("no startxref")
            self._read_tables(start, xrefs)
        except (TooMuch, Damaged, MemoryError):
            raise
        except Exception:  # a wrong place can hold anything
            self.is_rebuilt = self._has_looked_everywhere = True
            xrefs[:] = [RebuiltTable(self)]

    def _read_tables(self, start: int, xrefs: list[PDFBaseXRef]) -> None:
        waiting: list[tuple[int, frozenset[int]]] = [(start, frozenset())]
        known: set[int] = set()
        while waiting:
            place, followed = waiting.pop()
            if place in followed:
                raise Damaged("its tables of objects lead in a circle")
            if place in known:
                continue
            known.add(place)
            if len(known) > MAX_TABLES:
                raise TooMuch(f"the PDF was changed more than {MAX_TABLES:,} times")
            table = self._read_table(place)
            xrefs.append(table)
            trailer = table.get_trailer()
            followed |= {place}
            waiting += [(int_value(trailer[key]), followed) for key in ("Prev", "XRefStm") if key in trailer]

    def _read_table(self, place: int) -> PDFBaseXRef:
        parser = self._file
        parser.seek(place)
        position, token = parser.nexttoken()
        table: PDFXRef | _StreamTable = PDFXRef()
        if isinstance(token, int):
            parser.seek(position)
            table = _StreamTable()
        elif token is parser.KEYWORD_XREF:
            parser.nextline()
        table.load(parser)
        return table


class _StreamTable(PDFXRefStream):
    """A table of objects in a stream; pdfminer goes through its ranges one by one, and past its end."""

    def load(self, parser: PDFParser) -> None:
        """Read it; PDFNoValidXRef unless its entries are what a writer would write."""
        super().load(parser)
        self._kind_end, self._length = self.fl1 or 0, self.entlen or 0
        self._second_end = self._kind_end + (self.fl2 or 0)
        if not 0 <= self._kind_end <= self._second_end <= self._length or not 0 < self._length <= _MAX_ENTRY_BYTES:
            raise PDFNoValidXRef(f"entries of {self._length} bytes")
        self._entries = memoryview(self.data or b"")
        before = 0
        ranges: list[tuple[int, int, int]] = []
        for first, count in self.ranges:
            ranges.append((int_value(first), int_value(count), before))
            before += int_value(count)
        self._sorted = sorted(ranges)
        self._firsts = [first for first, _, _ in self._sorted]

    def get_pos(self, objid: int) -> tuple[int | None, int, int]:
        """Where object `objid` is; KeyError when the table does not say."""
        at = bisect_right(self._firsts, objid) - 1
        first, count, before = self._sorted[max(at, 0)] if self._sorted else (0, 0, 0)
        offset = self._length * (before + objid - first)
        if not first <= objid < first + count or not 0 <= offset <= len(self._entries) - self._length:
            raise KeyError(objid)
        entry = bytes(self._entries[offset : offset + self._length])
        kind = nunpack(entry[: self._kind_end], 1)
        second, third = nunpack(entry[self._kind_end : self._second_end]), nunpack(entry[self._second_end :])
        if kind not in (1, 2):
            raise KeyError(objid)
        return (None, second, third) if kind == 1 else (second, third, 0)


def _has(table: PDFBaseXRef, number: int) -> bool:
    try:
        table.get_pos(number)
    except KeyError:
        return False
    return True


class _PackedObjects:
    """An object stream: the numbers of its objects, and each object when it is asked for."""

    def __init__(self, stream: PDFStream, document: BoundedDocument) -> None:
        open_stream(stream)
        data = stream.get_data()
        first = int_value(stream.get("First"))
        count = int_value(stream.get("N"))
        if not 0 < first <= len(data):
            raise Damaged("a stream of objects has no table of them")
        document.parsing.spend(first)
        try:
            fields = [int(field) for field in data[:first].split()[: 2 * max(count, 0)]]
        except ValueError as error:
            raise Damaged("a stream of objects has a damaged table of them") from error
        self.numbers = fields[::2]
        self._places = [first + offset for offset in fields[1::2]]
        self._parser = PackedParser(data, document, document.parsing)

    def parse(self, index: int, number: int) -> object:
        """Object `number`, at `index` in the table unless that is not its number."""
        if not (0 <= index < len(self.numbers) and self.numbers[index] == number):
            if number not in self.numbers:
                raise PDFSyntaxError(f"object {number} is not in its stream")
            index = self.numbers.index(number)
        if index >= len(self._places):
            raise PDFSyntaxError(f"object {number} has no place in its stream")
        self._parser.seek(self._places[index])
        return self._parser.nextobject()[1]
