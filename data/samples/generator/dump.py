"""Facts → text dump, exactly in the two layouts that were seen side by side in one real file.

Layout 1: bold headings, one blank line between fields, tabs in report rows. Layout 2: lines ending in two spaces, the
code torn from its label by blank lines, the `%` lost, `รายงานครั้งที่1` without its space, and a certification whose
signature is cut in two by the running title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from . import printed
from .facts import Project, Report

TITLE_LINE = f"**\\*\\* {printed.TITLE} \\*\\***"
# Where the running title of a page can fall; "report:3" is inside the row of report 3.
START, BEFORE_CODE, AFTER_CODE, IN_1_1, SIGNATURE = "start", "before code", "after code", "in 1.1", "signature"


@dataclass(frozen=True)
class Layout:
    """How one copy is printed. `titles` says where the running title falls; `cut_at` keeps that many characters."""

    style: int = 1
    titles: tuple[str, ...] = (START,)
    dash: str = "?"
    box: bool = False
    thai_digits: bool = False
    placeholder: str = "-"
    routine: bool = False
    certified: bool | None = None
    cut_at: int | None = None


STYLE_1 = Layout()
STYLE_2 = Layout(style=2, titles=(AFTER_CODE, SIGNATURE))


@dataclass(frozen=True)
class Copy:
    """One printing of one project."""

    project: Project
    layout: Layout = STYLE_1


def dump_text(copies: Sequence[Copy]) -> str:
    """The dump that holds the copies one after the other, as the export writes it."""
    return "\n" * 4 + "\n".join(copy_text(copy) for copy in copies) + "\n"


def encode(text: str, encoding: str) -> bytes:
    """The dump's bytes. `utf-16` is little-endian with a byte-order mark on each machine.

    Raises UnicodeEncodeError where the encoding lacks a character: cp874 has no ☐, so print such copies without.
    """
    if encoding == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(encoding)


def copy_text(copy: Copy) -> str:
    """One copy, ending in a newline unless it is cut."""
    layout = copy.layout
    lines = _style_1(copy.project, layout) if layout.style == 1 else _style_2(copy.project, layout)
    text = "\n".join(lines) + "\n"
    return text if layout.cut_at is None else text[: layout.cut_at]


def _bold(heading: str) -> str:
    return f"**{heading}**"


def _digits(layout: Layout) -> Callable[[str], str]:
    """How numbers of the form are printed; free text keeps its own digits."""
    return (lambda text: text.translate(printed.THAI_DIGITS)) if layout.thai_digits else (lambda text: text)


def _field(label: str, value: str, layout: Layout) -> str:
    """`label : value`; the digits of names and phones stay as they are."""
    prose = label.startswith(("ชื่อ", "ผู้", "หน่วย"))
    return f"{label} : {value if prose else _digits(layout)(value)}".rstrip()


def _style_1(project: Project, layout: Layout) -> Iterator[str]:
    values = printed.header_values(project, layout.placeholder)
    number = _digits(layout)
    if START in layout.titles:
        yield from (TITLE_LINE, "")
    yield from (_bold(number(printed.SECTION_1)), "", _bold(number(printed.SECTION_1_1)), "")
    order = (
        "ชื่อโครงการ/กิจกรรม", "รหัสโครงการ...", "ปีงบประมาณ พ.ศ.", "เริ่มต้นโครงการ", "งบประมาณที่ได้รับ",
        "สิ้นสุดโครงการ", "งบประมาณที่ใช้ไป",
    )  # fmt: skip
    for label in order:
        if label == "รหัสโครงการ..." and BEFORE_CODE in layout.titles:
            yield from (label, "", TITLE_LINE, "", f": {number(values[label])}", "")
            continue
        yield from (_field(label, values[label], layout), "")
        if label == "รหัสโครงการ..." and AFTER_CODE in layout.titles:
            yield from (TITLE_LINE, "")
        if label == "เริ่มต้นโครงการ" and IN_1_1 in layout.titles:
            yield from (TITLE_LINE, "")
    yield from (_bold(number(printed.SECTION_1_2)), "")
    for label in ("หน่วยงานที่รับผิดชอบ.", "ชื่อผู้รับผิดชอบ...", "ผู้ประสานงาน สยป"):
        yield from (_field(label, values[label], layout), "")
    yield from _prose(project, layout)
    for line in _strategy(project, layout):
        yield from (line, "")
    yield _bold(number(printed.SECTION_2))
    yield ""
    for report in project.reports:
        yield f"{number(f'รายงานครั้งที่ {report.seq}')}\t{_head(report, layout)}\t\t"
        yield from _title_in_row(report, layout)
        progress = number(f"{report.progress_pct:.2f}")
        yield (
            f"\t:: ความก้าวหน้าของงานฯ = {progress} % {number(printed.report_amount(report))}"
            f"\t: {report.plan_status}\t: {report.target_status}"
        )
    if layout.certified:
        yield from ("", *_closing(layout))


def _style_2(project: Project, layout: Layout) -> Iterator[str]:
    values = printed.header_values(project, layout.placeholder)
    number = _digits(layout)
    if START in layout.titles:
        yield from (TITLE_LINE, "")
    yield from (_bold(number(printed.SECTION_1)), "", _bold(number(printed.SECTION_1_1)), "")
    yield from (_field("ชื่อโครงการ/กิจกรรม", project.name, layout), *[""] * 3, "รหัสโครงการ...", *[""] * 5)
    if BEFORE_CODE in layout.titles:
        yield from (TITLE_LINE, *[""] * 5)
    yield from (f": {number(project.code)}", *[""] * 5)
    if AFTER_CODE in layout.titles:
        yield from (TITLE_LINE, "")
    yield _field("เริ่มต้นโครงการ", values["เริ่มต้นโครงการ"], layout) + "  "
    yield from (_field("สิ้นสุดโครงการ", values["สิ้นสุดโครงการ"], layout), "")
    if IN_1_1 in layout.titles:
        yield from (TITLE_LINE, "")
    for label, end in (("ปีงบประมาณ พ.ศ.", "  "), ("งบประมาณที่ได้รับ", "  "), ("งบประมาณที่ใช้ไป", "")):
        yield _field(label, values[label], layout) + end
    yield from ("", _bold(number(printed.SECTION_1_2)), "")
    yield _field("หน่วยงานที่รับผิดชอบ.", values["หน่วยงานที่รับผิดชอบ."], layout) + "  "
    for label in ("ชื่อผู้รับผิดชอบ...", "ผู้ประสานงาน สยป"):
        yield from (_field(label, values[label], layout), "")
    yield from _prose(project, layout)
    lines = list(_strategy(project, layout))
    yield from (f"{line}  " for line in lines[:-1])
    yield from (lines[-1], "", _bold(number(printed.SECTION_2)), "")
    for report in project.reports:
        yield f"{number(f'รายงานครั้งที่{report.seq}')}\t{_head(report, layout)}\t\t"
        yield from _title_in_row(report, layout)
        progress = number(f"{report.progress_pct:.2f}")
        yield (
            f"\t:: ความก้าวหน้าของงานฯ = {progress}\t: {number(printed.report_amount(report))}"
            f"\t: {report.plan_status} : {report.target_status}"
        )
    if layout.certified is not False:
        yield from ("", *_closing(layout))


def _head(report: Report, layout: Layout) -> str:
    """Date and status; Thai digits only in the date, the status is free text."""
    date_part, status = printed.report_head(report).removesuffix(report.status_text), report.status_text
    return _digits(layout)(date_part) + status


def _prose(project: Project, layout: Layout) -> Iterator[str]:
    """Sections 1.3 to 1.5 and the heading of 1.6, the same in both layouts. A ☐ stood before the second paragraph."""
    number = _digits(layout)
    yield from (_bold(number(printed.SECTION_1_3)), "")
    for position, paragraph in enumerate(project.rationale or (layout.placeholder,)):
        yield from (f"☐ {paragraph}" if layout.box and position == 1 else paragraph, "")
    for heading, bullets in ((printed.SECTION_1_4, project.objectives), (printed.SECTION_1_5, project.targets)):
        yield from (_bold(number(heading)), "")
        yield from (f"- {bullet}" for bullet in bullets)
        yield ""
    yield from (_bold(number(printed.SECTION_1_6)), "")


def _strategy(project: Project, layout: Layout) -> Iterator[str]:
    return printed.strategy_lines(
        project,
        dash=layout.dash,
        placeholder=layout.placeholder,
        routine=layout.routine,
        joined_dimension=layout.style == 2,
    )


def _title_in_row(report: Report, layout: Layout) -> Iterator[str]:
    if f"report:{report.seq}" in layout.titles:
        yield from ("", TITLE_LINE, "")


def _closing(layout: Layout) -> Iterator[str]:
    yield from (printed.CERTIFICATION, "", printed.SIGNATURE)
    if SIGNATURE in layout.titles:
        yield from (*[""] * 5, TITLE_LINE)
    yield from ("", printed.POSITION, "", ".....")
