"""The committed set: a small night with everything that is odd about real ones, and what should come of each file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from random import Random
from typing import Any

from . import dump, pdf, printed
from .agencies import verified_agencies
from .differences import Altered, Difference, differ_like_the_seed, split_target
from .dump import STYLE_1, STYLE_2, Copy, Layout
from .expected import to_expected
from .facts import Project, Report, invent_project
from .people import Party, invent_person
from .words import PROGRAMMES, Programme

PRODUCERS = ("fonttools", "fpdf2", "pillow", "reportlab", "uharfbuzz")
MEMO = """บันทึกข้อความ

ส่วนราชการ  ฝ่ายปกครอง
เรื่อง  ขอเชิญประชุมเตรียมงานวันสงกรานต์

เรียน  หัวหน้าฝ่ายทุกฝ่าย

ขอเชิญประชุมเตรียมงานในวันพุธ เวลา 13.30 น. ณ ห้องประชุมชั้นสาม โปรดแจ้งชื่อผู้แทนฝ่ายละหนึ่งคน
และนำรายการวัสดุที่ต้องใช้มาด้วย

จึงเรียนมาเพื่อทราบ
"""


@dataclass(frozen=True)
class Form:
    """What one file prints of one project: how many copies, which are cut, where they differ."""

    project: Project
    n_copies: int = 1
    truncated: tuple[int, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class SampleFile:
    """A file of the set: its bytes and either the forms in it or the code under which it is rejected."""

    name: str
    content: bytes
    forms: tuple[Form, ...] = ()
    reason: str | None = None
    encoding: str | None = None


def committed_files(seed: int) -> list[SampleFile]:
    """All files of the inbox, in order of name."""
    rng = Random(seed)
    return sorted([*_dumps(rng), *_pdfs(rng)], key=lambda sample: sample.name)


def expectations(files: list[SampleFile], seed: int) -> dict[str, Any]:
    """The content of expected.json: `projects` by code, `files` by name, `totals`, and what made the bytes."""
    projects = {form.project.code: to_expected(form.project) for sample in files for form in sample.forms}
    for document in projects.values():
        for key in ("n_copies", "truncated_copies"):
            del document[key]
    rejected = [sample for sample in files if sample.reason]
    forms = [form for sample in files for form in sample.forms]
    return {
        "made_with": {"seed": seed, **{name: version(name) for name in PRODUCERS}},
        "totals": {
            "files": len(files),
            "read": len(files) - len(rejected),
            "rejected": len(rejected),
            "copies": sum(form.n_copies for form in forms),
            "projects": len(projects),
            "reports": sum(len(document["reports"]) for document in projects.values()),
        },
        "projects": dict(sorted(projects.items())),
        "files": {sample.name: _file_expectation(sample) for sample in files},
    }


def as_json(value: object) -> str:
    """Stable JSON that people can read and diff."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _file_expectation(sample: SampleFile) -> dict[str, Any]:
    if sample.reason:
        return {"status": "rejected", "reason": sample.reason, "documents": []}
    return {"status": "read", "encoding": sample.encoding, "documents": [_form_expectation(f) for f in sample.forms]}


def _form_expectation(form: Form) -> dict[str, Any]:
    """What this file says beyond the project's facts; `flags` are those of the document in this file."""
    conflicts = [difference for difference in form.differences if difference.is_conflict]
    document = to_expected(
        form.project, n_copies=form.n_copies, truncated_copies=form.truncated, in_conflict=bool(conflicts)
    )
    keys = ("project_code", "n_copies", "truncated_copies", "flags")
    return {
        **{key: document[key] for key in keys},
        "conflicts": [
            {"field": each.field, "true": each.true_reading, "false": each.false_reading, "kind": each.kind}
            for each in conflicts
        ],
    }


def _programme(start_of_name: str) -> Programme:
    return next(programme for programme in PROGRAMMES if programme.name.startswith(start_of_name))


def _invent(rng: Random, programme: str, prefix: str, year_be: int, **more: Any) -> Project:
    agency = verified_agencies()[prefix]
    return invent_project(rng, programme=_programme(programme), agency=agency, fiscal_year_be=year_be, **more)


def _text_file(name: str, copies: list[Copy], encoding: str, forms: tuple[Form, ...]) -> SampleFile:
    return SampleFile(name, dump.encode(dump.dump_text(copies), encoding), forms, encoding=encoding)


def _dumps(rng: Random) -> Iterator[SampleFile]:
    # Differs as the file that was seen does; spent all, disbursed nothing, also as there.
    project = _invent(rng, "สวนผัก", "5036", 2563)
    project = replace(project, reports=tuple(replace(r, disbursed_baht=Decimal(0)) for r in project.reports))
    (first, differences_1), (second, differences_2) = _seed_like(project, rng)
    copies = [Copy(first, replace(STYLE_1, box=True)), Copy(second, replace(STYLE_2, box=True))]
    yield _text_file("dump-two-copies.txt", copies, "utf-8", (Form(project, 2, (), differences_1 + differences_2),))

    project = cp874_project()
    layout = replace(STYLE_1, dash="–", thai_digits=True, certified=True)
    yield _text_file("dump-cp874.txt", [Copy(project, layout)], "cp874", (Form(project),))

    project = _invent(rng, "ผู้สูงวัย", "0800", 2565)
    layout = replace(STYLE_2, titles=(*STYLE_2.titles, dump.START, "report:2"))
    yield _text_file("dump-utf16.txt", [Copy(project, layout)], "utf-16", (Form(project),))

    yield _three_projects(rng)
    yield _flagged_projects(rng)
    yield _cut_copies(rng)
    yield SampleFile("memo.txt", MEMO.encode(), reason="not_a_form")


def cp874_project() -> Project:
    """The project that is in the set as a dump and as a PDF; drawn apart, so both places print the same facts."""
    return _invent(Random("dump and pdf"), "ค่าใช้จ่าย", "5021", 2564)


def _seed_like(project: Project, rng: Random) -> tuple[Altered, Altered]:
    """Draws until each of the four kinds of difference is there."""
    while True:
        pair = differ_like_the_seed(project, rng)
        if len({difference.kind for _, differences in pair for difference in differences}) == 4:
            return pair


def _three_projects(rng: Random) -> SampleFile:
    """A, B, A, C: A and B share name and text, their codes are one digit apart."""
    sibling_a = replace(_invent(rng, "โครงการครัวเรือน", "5042", 2564), code="50420600-3604")
    sibling_b = replace(
        sibling_a,
        code="50430600-3604",
        agency_path=(verified_agencies()["5043"].name, *sibling_a.agency_path[1:]),
        responsible=invent_person(rng),
        coordinator=invent_person(rng),
    )
    other = _invent(rng, "พี่อ่าน", "0900", 2564, n_reports=3)
    split, differences = split_target(sibling_a, rng)
    titles = replace(STYLE_1, titles=(dump.START, dump.BEFORE_CODE, "report:4"))
    copies = [Copy(sibling_a), Copy(sibling_b, titles), Copy(split, STYLE_2), Copy(other, STYLE_1)]
    forms = (Form(sibling_a, 2, (), differences), Form(sibling_b), Form(other))
    return _text_file("dump-three-projects.txt", copies, "utf-8-sig", forms)


def _flagged_projects(rng: Random) -> SampleFile:
    """Impossible and missing values, to be kept and flagged: none of them is a mistake of reading."""
    falling = _invent(rng, "ห้องสมุด", "5017", 2563)
    falling = _with_report(falling, 3, progress_pct=Decimal("15.00"), plan_status="ล่าช้ากว่าแผน")
    falling = _with_report(falling, 5, day=date(2020, 11, 16), target_status="ต่ำกว่าเป้าหมาย")

    doubled = _invent(rng, "ติดตั้งโคมไฟ", "5031", 2563)
    doubled = _with_report(doubled, 4, seq=3)
    doubled = _with_report(doubled, 5, seq=4, disbursed_baht=Decimal("9650000"))
    doubled = replace(doubled, coordinator=None)

    empty = replace(
        _invent(rng, "เสียงเพลง", "2300", 2565),
        budget_spent=None,
        responsible=Party(unit="ฝ่ายดุริยางค์สากล กองการสังคีต"),
        strategy=None,
        indicators=(),
        reports=(),
    )
    titles = Layout(titles=(dump.START, dump.IN_1_1))
    copies = [Copy(falling, titles), Copy(doubled, STYLE_2), Copy(empty, replace(STYLE_1, placeholder="-"))]
    return _text_file("dump-flags.txt", copies, "utf-8", (Form(falling), Form(doubled), Form(empty)))


def _with_report(project: Project, seq: int, /, **changes: Any) -> Project:
    def changed(report: Report) -> Report:
        return replace(report, **changes) if report.seq == seq else report

    return replace(project, reports=tuple(changed(report) for report in project.reports))


def _cut_copies(rng: Random) -> SampleFile:
    """Two projects: the first copy of one ends inside a target, the last copy of the other inside an amount."""
    first = _invent(rng, "ติดตั้งโคมไฟ", "5045", 2565)
    second = _invent(rng, "จ้างเหมา", "1100", 2565)
    in_target = dump.copy_text(Copy(first)).index(first.targets[0]) + len(first.targets[0]) // 2
    printed_second = dump.copy_text(Copy(second, STYLE_2))
    in_amount = printed_second.index(printed.report_amount(second.reports[2])) + len("งบประมาณที่เบิกใช้ (ครั้งที่ 3) = 1")
    copies = [
        Copy(first, replace(STYLE_1, cut_at=in_target)),
        Copy(first, STYLE_2),
        Copy(second),
        Copy(second, replace(STYLE_2, cut_at=in_amount)),
    ]
    return _text_file("dump-cut-copies.txt", copies, "utf-8", (Form(first, 2, (1,)), Form(second, 2, (2,))))


def _pdfs(rng: Random) -> Iterator[SampleFile]:
    project = _invent(rng, "สวนผัก", "5049", 2564)
    yield SampleFile("form-fpdf2-shaped.pdf", pdf.fpdf2_pdf([project], shaped=True), (Form(project),))

    project = _invent(rng, "ห้องสมุด", "5004", 2565)
    yield SampleFile("form-reportlab.pdf", pdf.reportlab_pdf([project]), (Form(project),))

    project = cp874_project()
    yield SampleFile("form-same-as-dump-cp874.pdf", pdf.fpdf2_pdf([project], shaped=False), (Form(project),))

    project = _invent(rng, "พี่อ่าน", "0900", 2565)
    altered, differences = differ_like_the_seed(project, rng)[0]
    content = pdf.fpdf2_pdf([project, altered], shaped=True)
    yield SampleFile("form-two-copies.pdf", content, (Form(project, 2, (), differences),))

    unread = _invent(rng, "เสียงเพลง", "2300", 2564)
    yield SampleFile("broken.pdf", pdf.broken_pdf(unread), reason="broken_pdf")
    yield SampleFile("empty.pdf", b"", reason="empty_file")
    yield SampleFile("password.pdf", pdf.password_pdf(unread), reason="password_protected")
    yield SampleFile("scan.pdf", pdf.image_only_pdf(unread), reason="no_text_layer")
