"""Prints the form in layouts nobody has seen yet: every choice a program, a printer or a typist could make is drawn.

Independent of the two styles of data.samples.generator.dump. What a careful person could not read either is not printed;
a comment says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from data.samples.generator.expected import to_expected
from data.samples.generator.facts import Project, Report
from data.samples.generator.people import CANONICAL_TITLE, Party
from data.samples.generator.printed import CERTIFICATION, THAI_DIGITS, TITLE, amount

MONTHS = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
HEADINGS = {
    "1": "ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ",
    "1.1": "รหัสโครงการและชื่อโครงการ",
    "1.2": "หน่วยงานที่รับผิดชอบ",
    "1.3": "หลักการและเหตุผล",
    "1.4": "วัตถุประสงค์ของโครงการ",
    "1.5": "เป้าหมายของโครงการ",
    "1.6": "สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี (ยุทธศาสตร์-ประเด็นยุทธศาสตร์-กลยุทธ์ตามแผนฯ /ตัวชี้วัด)",
    "2": "รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ",
}
LABELS = {
    "name": ("ชื่อโครงการ/กิจกรรม", "ชื่อโครงการ"),
    "code": ("รหัสโครงการ",),
    "year": ("ปีงบประมาณ พ.ศ.", "ปีงบประมาณ"),
    "start": ("เริ่มต้นโครงการ", "เริ่มโครงการ"),
    "received": ("งบประมาณที่ได้รับ", "งบฯ ที่ได้รับ (บาท)"),
    "end": ("สิ้นสุดโครงการ",),
    "spent": ("งบประมาณที่ใช้ไป", "งบฯ ที่ใช้ไป (บาท)"),
    "agency": ("หน่วยงานที่รับผิดชอบ",),
    "responsible": ("ชื่อผู้รับผิดชอบ", "ผู้รับผิดชอบโครงการ"),
    "coordinator": ("ผู้ประสานงาน สยป", "ผู้ประสานงาน สยป.", "ผู้ประสานงาน"),
    "issue": ("ประเด็นยุทธศาสตร์",),
    "sub_issue": ("ประเด็นยุทธศาสตร์ย่อย", "ยุทธศาสตร์ย่อย"),
    "goal": ("เป้าหมายที่", "เป้าประสงค์ที่"),
    "indicator": ("ตัวชี้วัด",),
}
FIELDS = {
    "1.1": ("name", "code", "year", "start", "received", "end", "spent"),
    "1.2": ("agency", "responsible", "coordinator"),
    "1.6": ("issue", "sub_issue", "goal", "indicator"),
}
_BELONGS_TO_LETTER = {*"ะัาำิีึืฺุู็่้๊๋์ํ๎ๅๆฯ"}


@dataclass(frozen=True)
class RowStyle:
    """How section 2 prints a row: its labels, and what stands between its seven parts."""

    label: str = "รายงานครั้งที่ {}"
    progress: str = "ความก้าวหน้าของงานฯ"
    disbursed: str = "งบประมาณที่เบิกใช้ (ครั้งที่ {})"
    before_date: str = "\t:: "
    before_status: str = " : "
    before_progress: str = "\t\t\n\t:: "
    equals: str = " = "
    percent: str = "{} %"
    before_disbursed: str = " "
    before_plan: str = "\t: "
    before_target: str = "\t: "
    end: str = ""
    gap: int = 0


@dataclass(frozen=True)
class Layout:
    """Every choice of one printing. `breaks`: (line, what a page break prints there); lines are counted modulo all."""

    heading: str = "**{n} {words}**"
    number: str = "{}"
    lost_headings: tuple[str, ...] = ()
    thai_digits: bool = False
    title: bool = True
    label: str = "{label}{tail}{value}"
    tails: tuple[str, ...] = (" : ",)
    wordings: tuple[int, ...] = (0,)
    orders: tuple[int, ...] = (0, 0, 0)
    sections: tuple[str, ...] = ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2")
    pair: str = ""
    gap: int = 1
    indent: str = ""
    bullet: str = "- "
    item_gap: int = 0
    paragraph: str = ""
    width: int | None = None
    inside_words: bool = False
    breaks: tuple[tuple[int, str], ...] = ()
    row: RowStyle = RowStyle()
    day: str = "iso"
    row_day: str = "be"
    money: str = "{} บาท"
    dash: str = "?"
    slash: str = " / "
    space: str = " "
    nothing: str = "-"
    indicator: str = "มิติที่ {} {}"
    indicator_label: bool = True
    certified: bool = True
    wraps_people: bool = True
    breaks_headings: bool = True
    continued: str | None = " (ต่อ)"


@dataclass(frozen=True)
class Chunk:
    """Lines of one thing: a heading, a field, a paragraph, a list item, a report row, the closing."""

    section: str
    kind: str
    lines: tuple[str, ...]


class People(Party):
    """Several people in one field; `printed` and `expected` are given."""

    def __init__(self, text: str, people: Sequence[Party], phone: str | None):
        object.__setattr__(self, "_text", text)
        object.__setattr__(self, "_people", tuple(people))
        super().__init__(people[0].title, people[0].name, None, phone)

    def printed(self) -> str:
        return self._text  # type: ignore[attr-defined,no-any-return]

    def expected(self, *, raw: str | None = None) -> dict[str, object]:
        people = [{"title": CANONICAL_TITLE[p.title], "name": p.name} for p in self._people]  # type: ignore[attr-defined]
        return {"raw": raw or self.printed(), "people": people, "unit": None, "phone": self.phone}


def facts(project: Project) -> dict[str, Any]:
    """What a right reader says of the project."""
    return to_expected(project) | ({} if project.rationale else {"rationale": None})


# ---- printing


def print_form(project: Project, layout: Layout) -> str:
    """One copy of the form."""
    return render(chunks(project, layout), layout)


def render(printed: Sequence[Chunk], layout: Layout) -> str:
    """The chunks one below the other, with the gaps, line breaks and page breaks of the layout."""
    return "\n".join(line for line, _ in owned_lines(printed, layout))


def owned_lines(printed: Sequence[Chunk], layout: Layout) -> list[tuple[str, int | None]]:
    """The printed lines, each with the place of its chunk; None for what stands between chunks and at page breaks."""
    lines: list[tuple[str, int | None]] = []
    between: set[int] = set()  # where nothing is being said: a page number may stand there alone
    whole: set[int] = set()  # inside a title or heading
    for n, chunk in enumerate(printed):
        if n:
            lines += [("", None)] * _gap(printed[n - 1], chunk, layout)
        begin = len(lines)
        between.add(begin)
        for line in chunk.lines:
            is_person = chunk.kind in ("label responsible", "label coordinator")
            width = None if is_person and not layout.wraps_people else layout.width
            pieces = list(wrapped(line, width, layout.inside_words))
            lines += [(piece, n) for piece in pieces]
        if chunk.kind == "title" or (chunk.kind == "heading" and not layout.breaks_headings):
            whole |= {*range(begin + 1, len(lines))}  # a page header is printed in one piece
    between.add(len(lines))
    for place, what in sorted(((_place(b, len(lines), between, whole), b[1]) for b in layout.breaks), reverse=True):
        above = next((printed[n].section for _, n in reversed(lines[:place]) if n is not None), "title")
        lines[place:place] = [(line, None) for line in what.replace("{again}", _again(above, layout)).split("\n")]
    return [(line.replace(" ", layout.space), n) for line, n in lines]


def _again(section: str, layout: Layout) -> str:
    """The heading of the section that goes on over a page break."""
    if section not in layout.sections or section in layout.lost_headings or layout.continued is None:
        return ""
    return _heading_line(section, layout, layout.continued)


def _place(page_break: tuple[int, str], lines: int, between: set[int], whole: set[int]) -> int:
    """The line before which a page break is printed."""
    at, what = page_break
    place = at % (lines + 1)
    # a number alone inside a sentence could be one of the text; a blank line alone ends a value
    if not what.strip().strip("0123456789๐๑๒๓๔๕๖๗๘๙"):
        place = min((b for b in between if b >= place), default=lines)
    while place in whole:
        place -= 1
    return place


def _gap(above: Chunk, chunk: Chunk, layout: Layout) -> int:
    if above.kind == chunk.kind == "item":
        return layout.item_gap
    if above.kind == chunk.kind == "row":
        return layout.row.gap
    if above.kind == chunk.kind == "paragraph":
        return max(layout.gap, 1) if layout.width else layout.gap
    # without a blank line nothing says that a heading's words do not go on, or that a value has ended
    return layout.gap


def chunks(project: Project, layout: Layout) -> list[Chunk]:
    """The whole form in the order of the layout."""
    printed = [Chunk("title", "title", (f"**\\*\\* {TITLE} \\*\\***",))] if layout.title else []
    printed += _heading("1", layout)
    for section in layout.sections:
        printed += _heading(section, layout)
        printed += _SECTIONS[section](project, layout)
    if layout.certified:
        printed.append(Chunk("end", "heading", (CERTIFICATION,)))
        printed.append(Chunk("end", "closing", ("ลงชื่อ.....(ผู้รับผิดชอบโครงการ)", "", "ตำแหน่ง .....", "", ".....")))
    return printed


def _heading(section: str, layout: Layout) -> Iterator[Chunk]:
    if section in layout.lost_headings:
        return
    yield Chunk(section, "heading", tuple(_heading_line(section, layout).split("\n")))


def _heading_line(section: str, layout: Layout, ending: str = "") -> str:
    number = _digits(layout, layout.number.format(section if "." in section else f"{section}."))
    return layout.heading.format(n=number, words=HEADINGS[section] + ending)


def _digits(layout: Layout, text: str) -> str:
    return text.translate(THAI_DIGITS) if layout.thai_digits else text


def wrapped(text: str, width: int | None, inside_words: bool) -> Iterator[str]:
    """The line broken at a width: at its last space, or anywhere a program may break Thai."""
    while width and len(text) > width:
        at = text.rfind(" ", 1, width + 1)
        if inside_words or at < width // 2:
            at = next((n for n in range(width, width // 2, -1) if _may_break(text, n)), at)
        if at <= 0 or not text[:at].strip():
            break
        yield text[:at].rstrip(" ")
        text = text[at:].lstrip(" ")
    yield text


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before in " \t" or after in " \t":
        return True
    thai = "ก" <= before <= "๛" and "ก" <= after <= "๛"
    return (
        thai and after not in _BELONGS_TO_LETTER and before not in "เแโใไ" and not (before.isdigit() or after.isdigit())
    )


# ---- the sections


def _fields(section: str, order: int, values: dict[str, list[str]], layout: Layout) -> Iterator[Chunk]:
    names = list(FIELDS[section])
    if order:
        Random(order).shuffle(names)
    printed = [(name, *_labelled(name, v, layout, first=n == 0)) for name in names for n, v in enumerate(values[name])]
    while printed:
        name, line, _ = printed.pop(0)
        # without a colon the second label could be a word of the first value
        if layout.pair and printed and printed[0][2] and "\n" not in line + printed[0][1]:
            line += layout.pair + printed.pop(0)[1].strip()
        yield Chunk(section, f"label {name}", tuple(line.split("\n")))


def _labelled(name: str, value: str, layout: Layout, *, first: bool) -> tuple[str, bool]:
    """The line of a field, and whether its label has its colon."""
    if not first and not layout.indicator_label:
        return layout.indent + value, False
    place = list(LABELS).index(name)
    wording = LABELS[name][layout.wordings[place % len(layout.wordings)] % len(LABELS[name])]
    tail = layout.tails[place % len(layout.tails)]
    text = layout.indent + layout.label.format(label=wording, tail=tail, value=value)
    return text, re.search("[:：=]", tail) is not None


def _section_1_1(project: Project, layout: Layout) -> Iterator[Chunk]:
    number = partial(_digits, layout)
    values = {
        "name": [project.name], "code": [number(project.code)], "year": [number(str(project.fiscal_year_be))],
        "start": [number(print_day(project.start, layout.day))], "end": [number(print_day(project.end, layout.day))],
        "received": [_baht(project.budget_received, layout)], "spent": [_baht(project.budget_spent, layout)],
    }  # fmt: skip
    return _fields("1.1", layout.orders[0], values, layout)


def _section_1_2(project: Project, layout: Layout) -> Iterator[Chunk]:
    values = {
        "agency": [layout.slash.join(project.agency_path)],
        "responsible": [project.responsible.printed()],
        "coordinator": [project.coordinator.printed() if project.coordinator else layout.nothing],
    }
    return _fields("1.2", layout.orders[1], values, layout)


def _section_1_3(project: Project, layout: Layout) -> Iterator[Chunk]:
    for n, paragraph in enumerate(project.rationale or (layout.nothing,)):
        mark = layout.paragraph if n else layout.indent
        yield Chunk("1.3", "paragraph", (f"{mark}{paragraph}",))


def _list(section: str, items: Sequence[str], layout: Layout) -> Iterator[Chunk]:
    for n, item in enumerate(items or (layout.nothing,), start=1):
        bullet = layout.bullet.format(_digits(layout, str(n))) if items else ""
        yield Chunk(section, "item", (f"{layout.indent}{bullet}{item}",))


def _section_1_6(project: Project, layout: Layout) -> Iterator[Chunk]:
    plan, number = project.strategy, partial(_digits, layout)
    values = {"issue": [layout.nothing], "sub_issue": [layout.nothing], "goal": [layout.nothing]}
    if plan is not None:
        english = f" : {plan.issue_name_en}" if plan.issue_name_en else ""
        values["issue"] = [f"ด้านที่ {number(plan.issue_no)} {layout.dash} {plan.issue_name}{english}"]
        values["sub_issue"] = [f"{number(plan.sub_issue_no)} - {plan.sub_issue_name}"]
        values["goal"] = [f"{number(plan.goal_no)} {plan.goal_text}"]
    values["indicator"] = [
        layout.indicator.format(number(str(i.dimension)), i.text) for i in project.indicators
    ] or [layout.nothing]  # fmt: skip
    return _fields("1.6", layout.orders[2], values, layout)


def _section_2(project: Project, layout: Layout) -> Iterator[Chunk]:
    for report in project.reports:
        yield Chunk("2", "row", tuple(_row(report, layout).split("\n")))


def _row(report: Report, layout: Layout) -> str:
    row, number = layout.row, partial(_digits, layout)
    return "".join((
        layout.indent, number(row.label.format(report.seq)), row.before_date, number(print_day(report.day, layout.row_day)),
        row.before_status, report.status_text, row.before_progress, row.progress, row.equals,
        row.percent.format(number(f"{report.progress_pct:.2f}")), row.before_disbursed,
        number(row.disbursed.format(report.seq)), row.equals, _baht(report.disbursed_baht, layout),
        row.before_plan, report.plan_status, row.before_target, report.target_status, row.end,
    ))  # fmt: skip


def _baht(value: Decimal | None, layout: Layout) -> str:
    if value is None:
        return layout.nothing
    figures = amount(value)
    if layout.money.startswith("plain"):
        figures = figures.replace(",", "")
    elif layout.money.startswith("satang"):
        figures = f"{value:,.2f}"
    return _digits(layout, layout.money.removeprefix("plain").removeprefix("satang").format(figures))


def print_day(day: date, form: str) -> str:
    year = day.year + 543
    return {
        "iso": f"{day.isoformat()} 00:00:00",
        "iso ms": f"{day.isoformat()} 00:00:00.000",
        "iso day": day.isoformat(),
        "be": f"{day.day}/{day.month}/{year}",
        "be padded": f"{day.day:02}/{day.month:02}/{year}",
        "be dashes": f"{day.day}-{day.month}-{year}",
        "words": f"{day.day} {MONTHS[day.month - 1]} {year}",
        "words short": f"{day.day} {MONTHS[day.month - 1]}{year % 100}",
    }[form]


_SECTIONS: dict[str, Any] = {
    "1.1": _section_1_1,
    "1.2": _section_1_2,
    "1.3": _section_1_3,
    "1.4": lambda project, layout: _list("1.4", project.objectives, layout),
    "1.5": lambda project, layout: _list("1.5", project.targets, layout),
    "1.6": _section_1_6,
    "2": _section_2,
}
