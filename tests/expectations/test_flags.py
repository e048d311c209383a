"""Every flag fires on one damaged value of a form in order and on nothing beside it; and a dump that is read gives the
flags that follow from the facts printed on it, worked out by the generator, which knows nothing of the rules."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from random import Random

import pytest

from data.samples.generator.agencies import verified_agencies
from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from data.samples.generator.expected import content_flags
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.people import Party
from data.samples.generator.words import PROGRAMMES
from expectations import crosschecks
from expectations.catalogue import flag_ids
from tests.transform.reading import night_of, read_text, registers
from transform.tables import Earlier, build_frames

LONG = "ลงพื้นที่สำรวจจุดติดตั้งร่วมกับกรรมการชุมชนและจัดทำแบบร่างเสนอผู้บริหาร"
COUNTED = "การสำรวจในชุมชนริมคลองพบเด็กที่ไม่มีหนังสืออ่าน 320 คน และผู้สูงอายุที่อยู่ลำพัง 45 คน จึงเห็นควรจัดให้มีมุมหนังสือใกล้บ้านทุกแห่ง"


def head(**changes):
    return lambda office: {"dim_project": [office.project(**changes)]}


def second(**changes):
    return lambda office: {"fact_progress_report": [office.report(1), office.report(2, **changes)]}


def rows(*reports):
    """Report rows (number, changes) in printed order."""
    return lambda office: {"fact_progress_report": [office.report(n, at, **c) for at, (n, c) in enumerate(reports, 1)]}


def table(name, *texts):
    return lambda office: {name: [office.listed(n, text) for n, text in enumerate(texts, start=1)]}


def decisions(*extra):
    def made(office):
        base = [office.decided("responsible"), office.decided("strategy.issue_name")]
        return {"decision": [*base, *(office.decided(*args, **more) for args, more in extra)]}

    return made


def twins(year):
    """The project and another of its agency in fiscal year `year`, with the same name and rationale."""
    return lambda office: {
        "dim_project": [
            office.project(rationale=COUNTED),
            office.project(rationale=COUNTED, fiscal_year_be=year, project_code="50390000-9000"),
        ]
    }


def copies(**changes):
    return lambda office: {"form_copy": [office.copied(1), office.copied(2, **changes)]}


def doubted(doubt):
    """A reading that the file's reader doubts, beside a decision on its field."""

    def made(office):
        reading = {
            "copy_id": office.copied()["copy_id"], "field": "budget_received", "page": 1, "line_first": 3, "line_last": 3,
            "char_from": 0, "char_to": 9, "raw": "18,000 บาท", "value": "18000.00", "is_cut": False, "doubt": doubt,
        }  # fmt: skip
        return {"reading": [reading], "decision": [office.decided("budget_received", "18000.00")]}

    return made


def unread(*texts):
    return lambda office: {"unread_line": [office.unread(30 + n, text) for n, text in enumerate(texts)]}


def strategy(number, name):
    def made(office):
        decided = [office.decided("responsible"), office.decided("strategy.issue_name", name)]
        return {"dim_project": [office.project(strategy_issue_no=number)], "decision": decided}

    return made


# flag → what makes it fire, and the nearest thing that does not
EXAMPLES = {
    "progress_negative:2": (second(progress_pct=D("-0.01")), second(progress_pct=D("0"))),
    "progress_over_100:2": (second(progress_pct=D("100.01")), second(progress_pct=D("100.00"))),
    "progress_decreased:2": (second(progress_pct=D("9.99")), second(progress_pct=D("10.00"))),
    "report_date_decreased:2": (second(report_date=date(2019, 10, 24)), second(report_date=date(2019, 10, 25))),
    "report_date_outside_fiscal_year:2": (second(report_date=date(2020, 10, 1)), second(report_date=date(2020, 9, 30))),
    "disbursed_exceeds_budget:2": (second(disbursed_baht=D("180000.01")), second(disbursed_baht=D("180000"))),
    "report_seq_duplicate:2": (rows((1, {}), (2, {}), (2, {"occurrence": 2})), rows((1, {}), (2, {}))),
    "report_seq_out_of_order": (rows((2, {}), (1, {})), rows((1, {}), (2, {}), (2, {"occurrence": 2}))),
    "report_seq_gap": (rows((1, {}), (3, {})), rows((2, {}), (1, {}), (3, {}))),
    "zero_reports": (rows(), rows((1, {}))),
    "end_before_start": (
        head(start_date=date(2020, 5, 2), end_date=date(2020, 5, 1)),
        head(start_date=date(2020, 5, 1), end_date=date(2020, 5, 1)),
    ),
    "period_outside_fiscal_year": (
        head(start_date=date(2020, 10, 1), end_date=date(2021, 9, 30)),
        head(start_date=date(2020, 9, 30), end_date=date(2021, 9, 30)),
    ),
    "period_longer_than_fiscal_year": (
        head(start_date=date(2019, 9, 30), end_date=date(2020, 9, 30)),
        head(start_date=date(2018, 10, 1), end_date=date(2019, 9, 30)),  # outside, which is told alone
    ),
    "budget_received_missing": (head(budget_received_baht=None), head(budget_received_baht=D("0"))),
    "budget_spent_missing": (head(budget_spent_baht=None), head(budget_spent_baht=D("0"))),
    "spent_exceeds_budget": (head(budget_spent_baht=D("180000.01")), head(budget_spent_baht=D("180000.00"))),
    "spent_unreconciled_with_reports": (head(budget_spent_baht=D("10000")), head(budget_spent_baht=D("60000"))),
    "coordinator_missing": (head(coordinator_name=None), head(coordinator_phone=None)),
    "responsible_phone_missing": (head(responsible_phone=None), head(coordinator_phone=None)),
    "responsible_not_a_person": (head(responsible_name=None, responsible_unit="ฝ่ายการศึกษา"), head(responsible_phone=None)),
    "indicator_missing": (table("project_indicator"), table("project_indicator", "ร้อยละ")),
    "strategy_missing": (strategy(None, None), strategy(None, "ภารกิจงานประจำ")),
    "agency_code_mismatch": (head(agency_name="สำนักงานเขตบางเขน"), head(agency_name="สํานักงาน เขตวัฒนา")),
    "truncated_copy": (copies(is_truncated=True), copies(is_closed=False)),
    "copies_conflict": (
        decisions((("project_name",), {"distinct_readings": 2})),
        decisions((("project_name",), {"readings": 3})),
    ),
    "unknown_status_word:2": (second(plan_status="ตามแผนนิดหน่อย"), second(plan_status="เป็นไป ตามแผน")),
    "unread_lines": (unread("แหล่งเงิน : งบกลาง"), unread()),
    "unknown_heading": (unread("**1.7 ผลที่คาดว่าจะได้รับ**"), unread("- ผลที่คาดว่าจะได้รับ")),
    "placeholder_text": (table("project_target", "รอแนวทางจากหน่วยงานกลาง"), table("project_target", "เปิดศูนย์รอแนวทาง")),
    "other_district_named": (head(rationale="ในพื้นที่เขตบางเขน"), head(rationale="ในพื้นที่เขตวัฒนา")),
    "narrative_reused": (twins(2562), twins(2563)),
    "status_text_repeated:1": (
        rows(*((n, {"status_text": LONG}) for n in (1, 2, 3))),
        rows(*((n, {"status_text": LONG}) for n in (1, 2))),
    ),
    "name_year_differs": (head(project_name="ตลาดนัด ปี 2564"), head(project_name="ตลาดนัด ปี 2563")),
    "report_status_missing:2": (second(target_status=None), second(progress_pct=None, plan_status=None)),
    "read_by_ocr": (copies(is_ocr=True), copies(is_ocr=False)),
    "second_reader_differs": (doubted("second reader: 180,000"), doubted("ocr")),
    "second_reader_sees_more": (copies(overlooked="2 180,000"), copies()),
    "pages_not_read": (copies(unread_pages="2, 3"), copies(is_ocr=True)),
    "lost_letters": (decisions((("project_name", "ห้อง\ufffdมุด"), {})), decisions((("project_name", "ห้องสมุด"), {}))),
}  # fmt: skip


def test_every_flag_has_an_example():
    assert sorted(flag.partition(":")[0] for flag in EXAMPLES) == sorted(flag_ids())


@pytest.mark.parametrize("flag", EXAMPLES)
def test_a_flag_fires_on_its_damage_and_not_beside_it(office, flag):
    fires, silent = EXAMPLES[flag]
    assert flag in office.flags(**fires(office))
    assert flag not in office.flags(**silent(office))


# ---------------------------------------------------------------- from a printed form


def flags_of(text):
    """Flags of a dump, read and checked as `kaona check` does."""
    night = night_of(read_text(text))
    return crosschecks.flags(crosschecks.run(build_frames(night, Earlier.nothing()), registers()))


def damaged(rng: Random) -> Project:
    """An invented project with a few impossible, missing or contradicting values."""
    project = invent_project(rng, fiscal_year_be=rng.choice((2563, 2564, 2565)), n_reports=rng.randrange(2, 6))
    budget = project.budget_received
    assert budget is not None
    whole = [
        {"budget_received": None}, {"budget_spent": None}, {"budget_received": D(0)}, {"budget_spent": budget + 1},
        {"coordinator": None}, {"strategy": None}, {"indicators": ()}, {"reports": ()},
        {"responsible": Party(unit="ฝ่ายพัฒนาชุมชนและสวัสดิการสังคม", phone="6012")},
        {"responsible": replace(project.responsible, phone=None)},
        {"start": project.end + timedelta(days=1)}, {"start": project.start - timedelta(days=1)},
        {"end": project.start - timedelta(days=1)}, {"end": project.end + timedelta(days=400)},
        {"agency_path": (verified_agencies()["5015"].name, *project.agency_path[1:])},
    ]  # fmt: skip
    for changes in rng.sample(whole, rng.randrange(4)):
        project = replace(project, **changes)
    reports = [replace(report, **_report_change(rng, report, budget)) for report in project.reports]
    if rng.randrange(4) == 0:
        rng.shuffle(reports)
    return replace(project, reports=tuple(reports))


def _report_change(rng, report, budget):
    changes = (
        {"progress_pct": D("-5.00")}, {"progress_pct": D("100.01")}, {"progress_pct": D("0.00")}, {"seq": report.seq + 1},
        {"day": report.day - timedelta(days=60)}, {"day": report.day + timedelta(days=366)},
        {"disbursed_baht": budget + D("0.01")}, {"disbursed_baht": D(0)},
    )  # fmt: skip
    return rng.choice(changes) if rng.randrange(3) == 0 else {}


@pytest.mark.parametrize("seed", range(60))
def test_the_flags_of_a_dump_are_those_of_the_facts_printed_on_it(seed):
    rng = Random(f"flags {seed}")
    project = damaged(rng)
    text = dump_text([Copy(project, STYLE_1), Copy(project, STYLE_2)][: rng.randrange(1, 3)])
    assert flags_of(text).get(project.code, []) == content_flags(project)


def district_form(**changes):
    project = invent_project(Random(5), programme=PROGRAMMES[0], agency=verified_agencies()["5042"])
    return replace(project, code="50420000-9001", **changes)


def printed(project, replaced=None):
    text = dump_text([Copy(project, STYLE_1), Copy(project, STYLE_2)])
    old, new = replaced or ("", "")
    assert old in text
    return text.replace(old, new) if old else text


WAITING = "รอแนวทางการเสนอโครงการจากหน่วยงานกลาง"


@pytest.mark.parametrize(
    ("flags", "changes", "replaced"),
    [
        ([], {}, None),
        (["unknown_heading", "unread_lines"], {}, ("**1.3 หลักการและเหตุผล**", "**1.3 ที่มาและความสำคัญ**")),
        (
            ["unknown_heading", "unread_lines"],
            {},
            ("**1.6 สนับสนุน", "**1.7 ผลที่คาดว่าจะได้รับ**\n\n- ชุมชนเข้มแข็งขึ้น\n\n**1.6 สนับสนุน"),
        ),
        (["unread_lines"], {}, ("**1.2 หน่วย", "แหล่งเงิน : งบกลาง\n\n**1.2 หน่วย")),
        (["placeholder_text"], {"rationale": (WAITING,), "objectives": (WAITING,), "targets": (WAITING,)}, None),
        (["other_district_named"], {}, ("เขตสายไหม", "เขตบางเขน")),
        (["name_year_differs"], {"name": "สวนผักลอยฟ้า ประจำปีงบประมาณ ๒๕๖๔"}, None),
        ([], {"name": "สวนผักลอยฟ้า ประจำปีงบประมาณ ๒๕๖๓"}, None),
    ],
)
def test_what_is_odd_about_a_dump_is_flagged_and_nothing_else(flags, changes, replaced):
    project = district_form(**changes)
    text = printed(project)
    if replaced is not None:
        office = "สำนักงานเขตสายไหม"  # the agency itself stays
        text = printed(project, replaced).replace("สำนักงานเขตบางเขน", office)
    assert flags_of(text).get(project.code, []) == flags


def test_an_unknown_status_word_and_a_status_that_is_repeated_are_flagged_with_their_reports():
    project = district_form()
    reports = [replace(r, status_text=LONG) if 2 <= r.seq <= 4 else r for r in project.reports]
    reports[0] = replace(reports[0], target_status="เกือบตามเป้าหมาย")
    project = replace(project, reports=tuple(reports))
    assert flags_of(printed(project)) == {project.code: ["status_text_repeated:2", "unknown_status_word:1"]}


def test_last_years_text_is_flagged_where_both_years_are_printed():
    this = district_form()
    last = replace(
        invent_project(Random(5), programme=PROGRAMMES[0], agency=verified_agencies()["5042"], fiscal_year_be=2562),
        code="50420000-9000",
    )
    assert last.rationale == this.rationale
    assert flags_of(dump_text([Copy(this), Copy(last)])) == {this.code: ["narrative_reused"]}
    fresh = replace(this, rationale=tuple(text.replace("13", "14") for text in this.rationale))
    assert flags_of(dump_text([Copy(fresh), Copy(last)])) == {}


@pytest.mark.parametrize("seed", range(30))
def test_an_invented_form_in_order_has_no_flags(seed):
    project = invent_project(Random(f"in order {seed}"))
    assert flags_of(dump_text([Copy(project, STYLE_1), Copy(project, STYLE_2)])) == {}
