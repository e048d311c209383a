"""The generator is a witness: these tests hold it to the real file's layout and to its own facts."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import sys
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from data.samples.generator import agencies, differences, dump, paper, printed
from data.samples.generator.differences import Difference
from data.samples.generator.dump import STYLE_1, STYLE_2, Copy
from data.samples.generator.expected import content_flags, to_expected
from data.samples.generator.facts import Indicator, Project, Report, invent_project
from data.samples.generator.people import Party
from data.samples.generator.words import PROGRAMMES

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "data" / "samples" / "generator"
SEED_DIR = ROOT.parent / "shared" / "seed"
MODULES = sorted(path.stem for path in GENERATOR.glob("*.py") if not path.stem.startswith("__"))
seed_only = pytest.mark.skipif(not SEED_DIR.is_dir(), reason="the real file is not part of the repository")


def projects(count: int = 40) -> list[Project]:
    rng = Random(7)
    return [invent_project(rng, fiscal_year_be=2563 + number % 3) for number in range(count)]


@pytest.mark.parametrize("name", MODULES)
def test_doctests_of_the_generator_hold(name: str) -> None:
    module = importlib.import_module(f"data.samples.generator.{name}")
    assert doctest.testmod(module).failed == 0


def test_the_generator_imports_nothing_from_the_rooms_it_tests() -> None:
    allowed = {*sys.stdlib_module_names, "fpdf", "reportlab", "PIL"}
    for path in GENERATOR.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed, path.name
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert str(node.module).split(".")[0] in allowed, path.name


def test_the_same_seed_invents_the_same_projects() -> None:
    assert projects() == projects()
    assert len({project.code for project in projects()}) > 30


def test_an_invented_project_has_nothing_to_flag() -> None:
    assert [content_flags(project) for project in projects()] == [[]] * 40


def test_every_invented_code_belongs_to_a_verified_agency_with_its_real_name() -> None:
    verified = agencies.verified_agencies()
    assert len(verified) == 42
    for project in projects():
        assert verified[project.code[:4]].name == project.agency_path[0]


def test_every_programme_points_into_the_plan_and_to_a_verified_owner() -> None:
    verified = agencies.verified_agencies()
    for programme in PROGRAMMES:
        assert agencies.strategy(programme.goal_no).goal_text
        assert programme.owner == "district" or programme.owner in verified


# ---- dumps


def _from_seed(copy: int) -> Project:
    """The facts of the real file as copy 1 or 2 prints them: expected.json, and the copies' own readings."""
    truth = json.loads((SEED_DIR / "expected.json").read_text(encoding="utf-8"))["documents"][0]
    text = (SEED_DIR / "progress-form.txt").read_text(encoding="utf-8")
    own = text.split(f"**{printed.SECTION_1}**")[copy]
    line = next(line for line in own.splitlines() if line.startswith("ผู้ประสานงาน"))
    coordinator = line.partition(" : ")[2].removeprefix("น.ส.").partition(" โทร.")[0]
    prose = own.split(f"**{printed.SECTION_1_3}**")[1].split(f"**{printed.SECTION_1_4}**")[0]
    targets = own.split(f"**{printed.SECTION_1_5}**")[1].split("**1.6")[0]
    statuses = [line.split(" : ")[1].rstrip() for line in own.splitlines() if line.startswith("รายงานครั้งที่")]
    plan = {field.name: truth["strategy"][field.name] for field in fields(agencies.Strategy)}
    responsible, phone = truth["responsible"]["people"][0], truth["responsible"]["phone"]
    reports = [
        Report(
            row["seq"],
            date.fromisoformat(row["date"]),
            status,
            Decimal(str(row["progress_pct"])),
            Decimal(str(row["disbursed_baht"])),
        )
        for row, status in zip(truth["reports"], statuses, strict=True)
    ]
    return Project(
        code=truth["project_code"],
        name=truth["project_name"],
        fiscal_year_be=truth["fiscal_year_be"],
        start=date.fromisoformat(truth["start_date"]),
        end=date.fromisoformat(truth["end_date"]),
        budget_received=Decimal(str(truth["budget_received"])),
        budget_spent=Decimal(str(truth["budget_spent"])),
        agency_path=tuple(truth["agency_path"]),
        responsible=Party(responsible["title"], responsible["name"], phone=phone),
        coordinator=Party("น.ส.", coordinator, phone=truth["coordinator"]["phone"]),
        rationale=tuple(part.removeprefix("☐ ") for part in prose.strip().split("\n\n")),
        objectives=tuple(truth["objectives"]),
        targets=tuple(line.removeprefix("- ") for line in targets.strip().splitlines()),
        strategy=agencies.Strategy(**plan),
        indicators=tuple(Indicator(each["dimension"], each["text"]) for each in truth["strategy"]["indicators"]),
        reports=tuple(reports),
    )


@seed_only
def test_the_facts_of_the_real_file_print_as_the_real_file_byte_for_byte() -> None:
    copies = [Copy(_from_seed(1), replace(STYLE_1, box=True)), Copy(_from_seed(2), replace(STYLE_2, box=True))]
    assert dump.encode(dump.dump_text(copies), "utf-8") == (SEED_DIR / "progress-form.txt").read_bytes()


@seed_only
def test_the_flags_of_the_real_file_are_worked_out_as_its_truth_lists_them() -> None:
    truth = json.loads((SEED_DIR / "expected.json").read_text(encoding="utf-8"))["documents"][0]
    document = to_expected(_from_seed(2), n_copies=2, in_conflict=True)
    assert document["flags"] == truth["flags"]
    for key in ("project_code", "fiscal_year_be", "budget_spent", "agency_path", "responsible", "coordinator"):
        assert document[key] == truth[key]


@pytest.mark.parametrize("layout", [STYLE_1, STYLE_2])
def test_a_dump_contains_every_value(layout: dump.Layout) -> None:
    for project in projects(12):
        text = dump.copy_text(Copy(project, layout))
        assert project.coordinator is not None
        assert project.strategy is not None
        assert project.budget_received is not None
        assert project.budget_spent is not None
        values = [
            project.code, project.name, f" {project.fiscal_year_be}", f"{project.start} 00:00:00", f"{project.end} 00",
            printed.amount(project.budget_received), printed.amount(project.budget_spent), *project.agency_path,
            project.responsible.printed(), project.coordinator.printed(), *project.rationale, *project.objectives,
            *project.targets, project.strategy.issue_name, project.strategy.sub_issue_name, project.strategy.goal_text,
            *(each.text for each in project.indicators),
        ]  # fmt: skip
        for report in project.reports:
            values += [f"= {report.progress_pct:.2f}", f"= {printed.amount(report.disbursed_baht)} บาท"]
            values += [f":: {printed.be_date(report.day)} : {report.status_text}", report.plan_status]
        assert [value for value in values if value not in text] == []


def test_thai_digits_change_the_numbers_and_nothing_else() -> None:
    project = projects(1)[0]
    plain, thai = (dump.copy_text(Copy(project, replace(STYLE_1, thai_digits=on))) for on in (False, True))
    assert plain != thai
    assert project.code.translate(printed.THAI_DIGITS) in thai
    arabic = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
    assert plain.translate(arabic) == thai.translate(arabic)


@pytest.mark.parametrize("place", [dump.BEFORE_CODE, dump.AFTER_CODE, dump.IN_1_1, "report:2"])
@pytest.mark.parametrize("style", [1, 2])
def test_the_running_title_falls_where_it_is_told_to(style: int, place: str) -> None:
    project = projects(1)[0]
    with_title = dump.copy_text(Copy(project, dump.Layout(style=style, titles=(place,))))
    without = dump.copy_text(Copy(project, dump.Layout(style=style, titles=())))
    before = with_title.partition(dump.TITLE_LINE)[0]
    assert with_title.count(dump.TITLE_LINE) == 1
    assert "".join(with_title.replace(dump.TITLE_LINE, "").split()) == "".join(without.split())
    last = {dump.BEFORE_CODE: "รหัสโครงการ...", dump.AFTER_CODE: project.code, dump.IN_1_1: "00:00:00"}
    assert before.rstrip().endswith(last.get(place, project.reports[1].status_text))


def test_what_is_missing_prints_as_a_placeholder_or_as_routine_work() -> None:
    bare = replace(projects(1)[0], strategy=None, indicators=(), coordinator=None, budget_spent=None, reports=())
    text = dump.copy_text(Copy(bare, replace(STYLE_1, placeholder="(ไม่ได้ตั้ง)")))
    for label in ("ประเด็นยุทธศาสตร์", "เป้าหมายที่", "ตัวชี้วัด...", "ผู้ประสานงาน สยป", "งบประมาณที่ใช้ไป"):
        assert f"\n{label} : (ไม่ได้ตั้ง)\n" in text
    assert "รายงานครั้งที่" not in text
    assert dump.copy_text(Copy(bare, replace(STYLE_2, routine=True))).count(printed.ROUTINE) == 2


def test_a_cut_copy_is_a_prefix_of_the_whole_copy() -> None:
    copy = Copy(projects(1)[0], STYLE_2)
    cut = dump.copy_text(replace(copy, layout=replace(STYLE_2, cut_at=700)))
    assert len(cut) == 700
    assert dump.copy_text(copy).startswith(cut)


def test_each_encoding_decodes_to_the_same_text_and_cp874_refuses_what_it_lacks() -> None:
    project = projects(1)[0]
    text = dump.dump_text([Copy(project)])
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp874"):
        assert dump.encode(text, encoding).decode(encoding) == text
    with pytest.raises(UnicodeEncodeError):
        dump.encode(dump.dump_text([Copy(project, replace(STYLE_1, box=True))]), "cp874")


# ---- differences


def _value(project: Project, field: str) -> str:
    """The value a difference addresses, read from the facts."""
    if field == "coordinator.name":
        assert project.coordinator is not None
        return project.coordinator.name
    if field == "rationale":
        return "\n".join(project.rationale)
    name, _, rest = field.partition("[")
    number = int(rest.partition("]")[0])
    if name == "reports":
        return next(report.status_text for report in project.reports if report.seq == number)
    return {"targets": project.targets, "objectives": project.objectives}[name][number - 1]


def _alterations() -> list[tuple[Project, Project, tuple[Difference, ...]]]:
    rng = Random(11)
    made = []
    for project in projects():
        for step in (
            differences.misread_surname,
            differences.lengthen_departments,
            differences.split_target,
            differences.drop_word,
            differences.close_spaces,
        ):
            made.append((project, *step(project, rng)))
        made.append((project, *differences.split_target(project, rng, repeat_overlap=True)))
    return made


def test_each_listed_difference_is_true_and_no_other_field_changed() -> None:
    for project, altered, listed in _alterations():
        changed = {
            field.name for field in fields(Project) if getattr(project, field.name) != getattr(altered, field.name)
        }
        assert changed == {difference.field.partition(".")[0].partition("[")[0] for difference in listed}
        for difference in listed:
            assert _value(project, difference.field) == difference.true_reading
            found = _value(altered, difference.field)
            if difference.kind == "bullet split in two":
                number = int(difference.field[len("targets[") : -1])
                found = " | ".join(altered.targets[number - 1 : number + 1])
            assert found == difference.false_reading
            assert found != difference.true_reading


def test_every_kind_of_difference_occurs() -> None:
    kinds = {difference.kind for _, _, listed in _alterations() for difference in listed}
    assert kinds == {"confusable letter", "department renamed", "bullet split in two", "word missing", "space lost"}


def test_what_is_no_conflict_differs_in_spaces_only() -> None:
    for _, _, listed in _alterations():
        for difference in listed:
            same = "".join(difference.true_reading.split()) == "".join(difference.false_reading.split())
            assert same is not difference.is_conflict or difference.kind == "bullet split in two"


# ---- flags and paper


def test_flags_name_the_report_they_concern() -> None:
    whole = invent_project(Random(1), fiscal_year_be=2563, n_reports=4)
    one, two, three, four = whole.reports
    reports = (
        replace(one, progress_pct=Decimal(-1)),
        replace(three, day=date(2020, 10, 1), progress_pct=Decimal(101)),
        replace(two, disbursed_baht=Decimal(10**9)),
        replace(four, seq=6, progress_pct=Decimal(50)),
    )
    assert content_flags(replace(whole, reports=reports)) == [
        "disbursed_exceeds_budget:2",
        "progress_decreased:6",
        "progress_negative:1",
        "progress_over_100:3",
        "report_date_decreased:6",
        "report_date_outside_fiscal_year:3",
        "report_seq_gap",
        "report_seq_out_of_order",
    ]


def test_lines_break_without_tearing_a_mark_from_its_letter() -> None:
    for project in projects(20):
        for text in (*project.rationale, *project.targets):
            lines = paper.break_lines(text, 23, len)
            assert "".join("".join(lines).split()) == "".join(text.split())
            assert max(len(line) for line in lines) <= 23
            assert not [
                line
                for line in lines[1:]
                if line[0] in "ะาำๆฯ" or ("\u0e31" <= line[0] <= "\u0e4e" and line[0] not in "เแโใไ")
            ]
            assert not [line for line in lines[:-1] if line[-1] in "เแโใไ"]
