"""Section 2 → report rows.

A row is printed as `รายงานครั้งที่ N :: date : status` and, on the next line,
`:: ความก้าวหน้าของงานฯ = P % งบประมาณที่เบิกใช้ (ครั้งที่ N) = A บาท : plan : target`. Lines break anywhere, labels break inside
words, the status may hold colons: so a row is found by its anchors on the text without spaces and marks, and the last
progress anchor of the row is the one that counts, unless the amount after it names another row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import fuzz

from transform.addresses import row_key
from transform.passage import BLANK, Passage, join_wraps
from transform.records import Evidence, Reading
from transform.report_lines import day_of, read_usual_rows
from transform.report_starts import DATE, LABEL_LIKENESS, PROGRESS, ROW_LABEL, is_reprinted, row_starts
from transform.thai import is_placeholder, skeleton, squash
from transform.values import percent, printed_money, unbroken

_PROGRESS_LABEL, _AMOUNT_LABEL = "ความกาวหนาของงานฯ", "งบประมาณทเบกใช"
# a table cell broken over a page can put the two status words inside the label of the amount
_AMOUNT = re.compile(r"งบประมาณทเบก(?P<inside>:[^=]*?)?(?:จาย)?ใช(?:ไป)?(?:\(?ครงท(?P<number>\d*)\)?)?(?:\(บาท\))?[=:]")
_NUMBER_AT_END = re.compile(r"\([^()\d]{0,8}(\d*)\)$")
_UNIT = re.compile("บาท(?:ถวน)?")
# words between the unit and the next colon that belong to the amount
_AFTER_UNIT = re.compile(r"(?:\.-|/[ก-๎]+|\s*\([^()\n]*\))*")
_DATE_WORD = re.compile(r"\s*วันที่[\s:：]*(?=[\d๐-๙])")
_DATE_LIKE = re.compile(rf"\s*{DATE}(?=[\s:：(|*<,;]|$)")
_EDGES = ":：= \t\r\n\x00\u00a0\u3000\u200b\ufeff*\\|"
_COLON = re.compile("[:：]")
_NEXT_HEADING = re.compile(r"\s*\**\s*[\d๐-๙]{1,2}(?:\.[\d๐-๙]{1,2})*[.)]\s*[ก-ฮเ-ไ]")
_SHORTEST_LABEL = 3
# letters printed too many at the beginning of a label, and what stands before a word
_MOST_LETTERS_MORE = 3
_WORD = re.compile("[ก-๎]+")
_BEFORE_WORD = tuple(" \t\n\u00a0\u3000:：*\\|%")
# the usual words of the last column; a copy that ends inside one was cut there
_USUAL_TARGET, _USUAL_END = "เป็นไปตามเป้าหมาย", "เป้าหมาย"
_USUAL = (_USUAL_TARGET, "ต่ำกว่าเป้าหมาย", "สูงกว่าเป้าหมาย", "ยังไม่ดำเนินการ", "ล่าช้ากว่าแผน", "เร็วกว่าแผน", "ยกเลิกโครงการ")

_WHOLE_TARGET = squash(_USUAL_TARGET)


@dataclass
class ReportRows:
    """Readings of section 2 and their places; `is_complete`: the last row was printed to its end."""

    readings: list[Reading] = field(default_factory=list)
    consumed: set[tuple[int, int]] = field(default_factory=set)
    is_complete: bool = True


class _Span(NamedTuple):
    """raw[start:end] of the section's passage."""

    start: int
    end: int


class _Amount(NamedTuple):
    """The label of the amount in the key; `number` the report it names, `inside` the words a page break put into it."""

    start: int
    end: int
    number: int | None
    inside: tuple[int, int] | None


def read_reports(passage: Passage, copy_id: str) -> ReportRows:
    """Read every row of section 2, in printed order. Text before the first row and after the last one stays unread."""
    usual = read_usual_rows(passage, copy_id)
    if usual is not None:
        readings, targets = usual
        return ReportRows(readings, {s[:2] for s in passage.segments}, not _is_cut_target(targets))
    return read_rows_by_anchors(passage, copy_id)


def read_rows_by_anchors(passage: Passage, copy_id: str) -> ReportRows:
    """The rows of a section that is not printed as usual."""
    rows = ReportRows()
    starts = row_starts(passage)
    if not starts:
        return rows
    printed: Counter[int] = Counter()
    keys: list[str] = []
    bounds = [s.start for s in starts[1:]] + [len(passage.raw)]
    end = 0
    for (start, number, body, label), bound in zip(starts, bounds, strict=True):
        if number is None:
            continue
        if is_reprinted(passage, start, bound):
            rows.consumed |= passage.places(start, bound - 1)
            continue
        printed[number] += 1
        key = row_key(number, printed[number])
        head = passage.evidence(label, body)
        assert head is not None
        keys.append(key)
        rows.readings.append(Reading(copy_id, f"reports[{key}].seq", number, head, str(number)))
        row = _Row(passage, copy_id, f"reports[{key}]", number, rows.readings)
        end = row.read(body, bound)
        rows.consumed |= passage.places(start, end)
        rows.is_complete = row.is_complete
    if keys:
        whole = passage.evidence(next(s.start for s in starts if s.number is not None), end)
        assert whole is not None
        rows.readings.append(Reading(copy_id, "reports", None, whole, ",".join(keys)))
        targets = [r.value for r in rows.readings if r.field.endswith(".target_status")]
        rows.is_complete = rows.is_complete and not _is_cut_target(targets)
    return rows


def _is_cut_target(targets: Sequence[str | None]) -> bool:
    """Whether the last target status is only the beginning of what other rows print there."""
    *before, last = [t for t in targets if t] or [""]
    if not last or last in before:  # another row prints it in whole
        return False
    others = {*before, *_USUAL}
    if any(o != last and o.startswith(last) for o in others):
        return True
    return any(last.endswith(_USUAL_END[:n]) for n in range(2, len(_USUAL_END)))


def _begins_something(line: str, above: str) -> bool:
    """Whether a line is a numbered heading, or the next row's label cut off by the end of the copy.

    One or two letters can as well be the end of a word, unless the text above is whole.
    """
    key = skeleton(line).lstrip("-•|")
    if not key:  # a list mark without its item
        return True
    is_long = len(key) >= _SHORTEST_LABEL or squash(above) == _WHOLE_TARGET
    return _NEXT_HEADING.match(line) is not None or (is_long and ROW_LABEL.startswith(key)) or key.startswith(ROW_LABEL)


class _Row:
    """One row being read: adds a reading for each part that is printed."""

    def __init__(self, passage: Passage, copy_id: str, address: str, number: int, readings: list[Reading]):
        self.passage = passage
        self.copy_id = copy_id
        self.address = address
        self.number = number
        self.readings = readings
        self.is_complete = False

    def read(self, start: int, end: int) -> int:
        """Read raw[start:end] and return where the row ends; it is complete when its target status is printed."""
        at = self.passage.raw_index
        low, high = self.passage.key_index(start), self.passage.key_index(end)
        anchors = self._anchors(low, high)
        if not anchors:
            end = self._text_end(start, end)
            self._date_and_status(_Span(start, end))
            return end
        progress, amount, high = self._own(anchors, high)
        end = min(end, at(high)) if high < len(self.passage.key) else end
        label = at(progress[0])
        self._date_and_status(
            _Span(start, self.passage.line_start(label) if self.passage.starts_line(label) else label)
        )
        if amount is None:
            end = self._text_end(at(progress[1]), end)
            self._typed("progress_pct", self._until_colon(_Span(at(progress[1]), end)), percent)
            return end
        self._typed("progress_pct", self._until_colon(_Span(at(progress[1]), at(amount.start))), percent)
        after = _Span(at(amount.end), self._text_end(at(amount.end), end))
        unit = _UNIT.search(self.passage.key, amount.end, self.passage.key_index(after.end))
        lead = len(self.passage.raw[after.start : after.end]) - len(
            self.passage.raw[after.start : after.end].lstrip(_EDGES)
        )
        colon = self._colon(_Span(after.start + lead, after.end))
        unit_end = _AFTER_UNIT.match(self.passage.raw, at(unit.end()), after.end).end() if unit else after.end  # type: ignore[union-attr]
        amount_end = min(x for x in (unit_end, colon, after.end) if x is not None)
        self._typed("disbursed_baht", _Span(after.start, amount_end), printed_money)
        if amount.inside:
            self._statuses(_Span(at(amount.inside[0]), at(amount.inside[1])))
            return max(after.end, amount_end)
        full_stop = self.passage.raw[amount_end : amount_end + 1] == "."
        return self._statuses(_Span(amount_end + full_stop, end))

    def _anchors(self, low: int, high: int) -> list[tuple[int, int]]:
        """Where the progress label stands; a damaged one is looked for only when no whole one is there."""
        key = self.passage.key
        found = [m.span() for m in PROGRESS.finditer(key, low, high)]
        if found:
            return [(self._word_start(start, low), end) for start, end in found]
        for sign in re.finditer("[=:]", key[low:high]):
            end = low + sign.start()
            start = max(low, end - len(_PROGRESS_LABEL))
            if fuzz.ratio(key[start:end].lstrip(":"), _PROGRESS_LABEL) >= LABEL_LIKENESS:
                start += len(key[start:end]) - len(key[start:end].lstrip(":"))
                return [(self._word_start(start, low), end + 1)]
        return []

    def _word_start(self, start: int, low: int) -> int:
        """Where the word of a label begins in which a letter too many was printed."""
        key, raw = self.passage.key, self.passage.raw
        for back in range(1, _MOST_LETTERS_MORE + 1):
            at = start - back
            if at < low or not "ก" <= key[at] <= "ฮ":
                return start
            place = self.passage.raw_index(at)
            if not _WORD.fullmatch(raw, place, self.passage.raw_index(start)):
                return start
            if raw[place - 1 : place] in _BEFORE_WORD:
                return at
        return start

    def _own(self, anchors: list[tuple[int, int]], high: int) -> tuple[tuple[int, int], _Amount | None, int]:
        """The progress anchor of this row with its amount, and where the row ends at most.

        Behind a row whose own label is lost comes a progress that names another number: it is not this row's.
        """
        bounds = [a[0] for a in anchors[1:]] + [high]
        amounts = [self._amount(a[1], bound) for a, bound in zip(anchors, bounds, strict=True)]
        last = amounts[-1]
        if len(anchors) > 1 and last is not None and last.number not in (None, self.number):
            for anchor, amount, bound in zip(anchors, amounts, bounds, strict=True):
                if amount is not None and amount.number == self.number:
                    line = self.passage.line_start(self.passage.raw_index(bound))
                    return anchor, amount, max(self.passage.key_index(line), amount.end)
        return anchors[-1], last, high

    def _amount(self, low: int, high: int) -> _Amount | None:
        key = self.passage.key
        found = _AMOUNT.search(key, low, high)
        if found:
            number = int(found["number"]) if found["number"] else None
            inside = found.span("inside") if found["inside"] else None
            return _Amount(self._word_start(found.start(), low), found.end(), number, inside)
        for sign in re.finditer("[=:]", key[low:high]):
            end = low + sign.start()
            numbered = _NUMBER_AT_END.search(key, low, end)
            label_end = numbered.start() if numbered else end
            start = max(low, label_end - len(_AMOUNT_LABEL))
            if fuzz.ratio(key[start:label_end], _AMOUNT_LABEL) >= LABEL_LIKENESS:
                while start < label_end and not "ก" <= key[start] <= "ฮ":
                    start += 1
                start = self._word_start(start, low)
                return _Amount(start, end + 1, int(numbered[1]) if numbered and numbered[1] else None, None)
        return None

    def _text_end(self, start: int, end: int) -> int:
        """Where text that began at `start` ends: a blank line or another heading ends it, a page break does not."""
        passage = self.passage
        for n in range(passage.segment_at(start) + 1, len(passage.segments)):
            begin, segment = passage.starts[n], passage.segments[n]
            if begin >= end:
                break
            opens = segment.text.lstrip()[:1] in (":", "：", "=")
            above = passage.raw[start:begin].strip(_EDGES)
            is_over = segment.gap == BLANK or (segment.gap and squash(above) == _WHOLE_TARGET)
            if above and not opens and (is_over or _begins_something(segment.text, above)):
                return passage.starts[n - 1] + len(passage.segments[n - 1].text)
        return end

    def _add(self, name: str, span: _Span, value: str | None, problem: str | None = None) -> None:
        evidence = self.passage.evidence(span.start, span.end, _EDGES)
        if evidence is not None:
            self._put(name, evidence, value, problem)

    def _put(self, name: str, evidence: Evidence, value: str | None, problem: str | None) -> None:
        self.readings.append(Reading(self.copy_id, f"{self.address}.{name}", self.number, evidence, value, problem))

    def _typed(self, name: str, span: _Span, convert: Callable[[str], str | None]) -> None:
        evidence = self.passage.evidence(span.start, span.end, _EDGES)
        if evidence is None:
            return
        try:
            self._put(name, evidence, convert(unbroken(evidence.raw)), None)
        except ValueError as error:
            self._put(name, evidence, None, str(error))

    def _colon(self, span: _Span) -> int | None:
        found = _COLON.search(self.passage.raw, span.start, span.end)
        return found.start() if found else None

    def _until_colon(self, span: _Span) -> _Span:
        text = self.passage.raw[span.start : span.end]
        found = _COLON.search(text, len(text) - len(text.lstrip(_EDGES)))
        return _Span(span.start, span.start + found.start()) if found else span

    def _date_and_status(self, span: _Span) -> None:
        """`date : status`; the date may hold colons itself (a time), the status too."""
        text = self.passage.raw[span.start : span.end]
        begin = span.start + len(text) - len(text.lstrip(_EDGES))
        word = _DATE_WORD.match(self.passage.raw, begin, span.end)
        begin = word.end() if word else begin
        for stop in self._date_ends(_Span(begin, span.end)):
            try:
                day = day_of(unbroken(self.passage.raw[begin:stop]))
            except ValueError:
                continue
            self._add("date", _Span(begin, stop), day)
            self._status(_Span(stop, span.end))
            return
        stop = self._colon(_Span(begin, span.end)) or span.end
        try:
            day_of(join_wraps(self.passage.raw[begin:stop]))
        except ValueError as error:
            self._add("date", _Span(begin, stop), None, str(error))
        self._status(_Span(stop, span.end))

    def _date_ends(self, span: _Span) -> Iterator[int]:
        """Where the date could end, the longest first: before one of its first colons, or after the digits."""
        colons = [m.start() + span.start for m in re.finditer(r"[:：]", self.passage.raw[span.start : span.end])][:4]
        yield from sorted(colons, reverse=True)
        digits = _DATE_LIKE.match(self.passage.raw, span.start, span.end)
        if digits:
            yield digits.end()
        if not colons:
            yield span.end

    def _status(self, span: _Span) -> None:
        text = join_wraps(self.passage.raw[span.start : span.end].strip(_EDGES))
        self._add("status_text", span, None if is_placeholder(text) else text)

    def _statuses(self, span: _Span) -> int:
        """`: plan : target`, and where they end; a further colon belongs to the target, where it will be noticed."""
        text = self.passage.raw[span.start : span.end]
        parts = [m.span() for m in re.finditer(r"[^:：]+", text) if m[0].strip(_EDGES)][:2]
        if len(parts) == 1:  # the last colon is lost, its tab is there
            parts = [m.span() for m in re.finditer(r"[^:：\t]+", text) if m[0].strip(_EDGES)][:2]
        stop = span.start
        for name, (a, b) in zip(("plan_status", "target_status"), parts, strict=False):
            begin = span.start + a
            stop = self._text_end(begin, span.start + b if name == "plan_status" else span.end)
            value = join_wraps(self.passage.raw[begin:stop].strip(_EDGES))
            self._add(name, _Span(begin, stop), None if is_placeholder(value) else value)
        self.is_complete = len(parts) == 2
        return stop
