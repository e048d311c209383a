"""Texts that say nothing, speak of another district, or were copied: found where nothing excuses them."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.catalogue import load_vocabulary
from expectations.districts import Districts
from expectations.text_rules import _bare, _says_nothing
from expectations.unread import is_heading
from expectations.years import other_fiscal_year

OTHER = "50390000-9002"
WORDS = load_vocabulary()
LONG = "ลงพื้นที่สำรวจจุดติดตั้งร่วมกับกรรมการชุมชนและจัดทำแบบร่างเสนอผู้บริหาร"
COUNTED = (
    "ชุมชนริมคลองหลายแห่งไม่มีที่อ่านหนังสือสำหรับเด็ก การสำรวจเมื่อปี 2561 พบเด็กที่อยู่ในชุมชน 320 คน และผู้ดูแล 45 คน "
    "จึงเห็นควรจัดให้มีมุมหนังสือใกล้บ้าน"
)


def found(office, rule, **rows):
    """(field, value, against) of the objections of a rule."""
    objections = office.objections(**rows)
    objections = objections[objections["rule"] == rule]
    return objections[["field", "value", "against"]].values.tolist()


# ---------------------------------------------------------------- placeholder_text


@pytest.mark.parametrize(
    "text",
    [
        "รอแนวทางการเสนอโครงการจากหน่วยงานกลาง",
        "อยู่ระหว่างดำเนินการจัดทำ",
        "- อยู่ระหว่าง จัดทำ",
        "xxx",
        "XXXX xx",
        "กกกก",
        "Test",
        "ทดสอบ.",
        "(ไม่มี)",
    ],
)
def test_a_text_that_only_waits_is_found_in_every_field(office, text):
    for field, rows in {
        "rationale": {"dim_project": [office.project(rationale=text)]},
        "objectives[2]": {"project_objective": [office.listed(1, "เพื่อลดขยะ"), office.listed(2, text)]},
        "targets[1]": {"project_target": [office.listed(1, text)]},
        "strategy.indicators[1]": {"project_indicator": [office.listed(1, text, dimension=1)]},
    }.items():
        assert found(office, "placeholder_text", **rows) == [[field, text, field]]


@pytest.mark.parametrize(
    "text",
    [
        "เด็กในชุมชนรอแนวทางช่วยเหลือมานาน",
        "รอแนวทางการรักษาอยู่ที่บ้าน " + "ผู้ป่วยจำนวนมากไม่ได้รับการเยี่ยมบ้าน" * 4,
        "ทดสอบสมรรถภาพทางกายของนักเรียน",
        "ผู้เข้าอบรมผ่านการทดสอบ",
        "1111",
        "ลดขยะ",
    ],
)
def test_a_text_that_says_something_is_no_placeholder(office, text):
    assert found(office, "placeholder_text", dim_project=[office.project(rationale=text)]) == []


def test_only_words_that_say_nothing_at_all_are_found_in_a_name(office):
    assert found(office, "placeholder_text", dim_project=[office.project(project_name="ทดสอบ")])[0][0] == "project_name"
    waiting = office.project(project_name="รอแนวทางการเสนอโครงการ")
    assert found(office, "placeholder_text", dim_project=[waiting])[0][0] == "project_name"
    assert found(office, "placeholder_text", dim_project=[office.project(project_name="ทดสอบคุณภาพน้ำ")]) == []


def test_the_same_sentence_in_two_sections_is_found_once_and_names_them_all(office):
    sentence = "จัดให้มีมุมหนังสือใกล้บ้าน"
    rows = {
        "dim_project": [office.project(rationale=sentence)],
        "project_objective": [office.listed(1, "เพื่อลดขยะ"), office.listed(2, "จัดให้มีมุมหนังสือ ใกล้บ้าน")],
        "project_target": [office.listed(1, sentence)],
    }
    assert found(office, "placeholder_text", **rows) == [
        ["rationale", sentence, "rationale, objectives[2], targets[1]"]
    ]
    assert "placeholder_text" in office.flags(**rows)


def test_the_same_sentence_twice_in_one_section_or_in_two_projects_is_none(office):
    twice = [office.listed(1, "จัดงาน"), office.listed(2, "จัดงาน")]
    assert found(office, "placeholder_text", project_target=twice) == []
    two = [office.project(rationale="จัดงาน"), office.project(project_code=OTHER, rationale="อื่น")]
    target = [office.listed(1, "จัดงาน", project_code=OTHER)]
    assert found(office, "placeholder_text", dim_project=two, project_target=target) == []


def test_the_texts_of_a_project_that_is_not_judged_tonight_are_left_alone(office):
    target = [office.listed(1, "xxx", project_code=OTHER)]
    assert found(office, "placeholder_text", project_target=target) == []


def test_an_indicator_may_repeat_a_target(office):
    rows = {
        "project_target": [office.listed(1, "จัดงาน")],
        "project_indicator": [office.listed(1, "จัดงาน", dimension=1)],
    }
    assert found(office, "placeholder_text", **rows) == []


# ---------------------------------------------------------------- other_district_named


def district(office, text, **changes):
    return found(office, "other_district_named", dim_project=[office.project(rationale=text, **changes)])


@pytest.mark.parametrize(
    "text", ["เด็กในพื้นที่เขตบางเขนมีที่อ่านหนังสือ", "ชุมชนของเขต บางเขน จำนวนมาก", "สำนักงานเขตบางเขนจึงเสนอ"]
)
def test_a_text_about_another_district_is_found(office, text):
    assert district(office, text) == [["rationale", "เขตบางเขน", "สำนักงานเขตวัฒนา"]]


@pytest.mark.parametrize(
    "text",
    [
        "เด็กในพื้นที่เขตวัฒนามีที่อ่านหนังสือ",
        "เด็กในพื้นที่เขตบางเขนและวัฒนามีที่อ่านหนังสือ",  # its own district as well
        "ชุมชนในวัฒนา เดิมอยู่ในพื้นที่เขตบางเขน",
        "พื้นที่เขตบางเขน เขตบางกอกใหญ่",  # a list of districts
        "พื้นที่เขตบางเขน บางกอกใหญ่ และปทุมวัน",
        "ทำงานร่วมกับสำนักงานเขตบางเขน",
        "คลองที่ไหลจากเขตบางเขน",
        "พื้นที่รอยต่อเขตบางเขน",
        "นักศึกษามหาวิทยาลัย วิทยาเขตบางเขน",
        "การไฟฟ้านครหลวงเขตบางเขน",
        "ย่านบางเขน",  # a place, not the district
        "เขตบางรักษาความสะอาด",
        "เขตบางเขนี",  # another word
        "เขตดุสิต",  # unknown to these registers
    ],
)
def test_a_text_that_may_speak_of_another_district_is_none(office, text):
    assert district(office, text) == []


def test_the_longest_name_of_a_district_counts(office):
    nested = Districts(["สำนักงานเขตบาง", "สำนักงานเขตบางนา", "สำนักงานเขตวัฒนา"], WORDS)
    assert nested.other("ในพื้นที่เขตบางนา", "วัฒนา") == "เขตบางนา"
    assert district(office, "ในพื้นที่เขตทวีวัฒนา")[0][1] == "เขตทวีวัฒนา"
    home = {"agency_name": "สำนักงานเขตบางกอกใหญ่", "project_code": "50180000-9001", "agency_code": "5018"}
    assert district(office, "ในพื้นที่เขตบางกอกน้อย", **home)[0][1:] == ["เขตบางกอกน้อย", "สำนักงานเขตบางกอกใหญ่"]
    assert district(office, "ในพื้นที่เขตบางกอกใหญ่", **home) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"agency_name": "สำนักการโยธา", "project_code": "10000000-9001"},  # a department speaks of all districts
        {"agency_name": "สำนักงานเขตที่ไม่รู้จัก", "project_code": "50990000-9001"},
        {"agency_name": None},
        {"project_code": "50120000-9001"},  # code and agency differ: whose text it is cannot be told
    ],
)
def test_only_a_known_district_has_other_districts(office, changes):
    assert district(office, "ในพื้นที่เขตบางเขน", **changes) == []


def test_each_section_is_judged_as_a_whole(office):
    targets = [office.listed(1, "ชุมชนในเขตบางเขน 3 แห่ง"), office.listed(2, "ชุมชนในเขตบางเขน 4 แห่ง")]
    assert found(office, "other_district_named", project_target=targets) == [
        ["targets[1]", "เขตบางเขน", "สำนักงานเขตวัฒนา"]
    ]
    for own in ("ชุมชนในเขตวัฒนา", "ย่านวัฒนา"):
        assert found(office, "other_district_named", project_target=[*targets, office.listed(3, own)]) == []
    objectives = [office.listed(1, "เพื่อประชาชนในเขตบางเขน")]
    fields = [
        f for f, _, _ in found(office, "other_district_named", project_target=targets, project_objective=objectives)
    ]
    assert fields == ["objectives[1]", "targets[1]"]
    indicator = [office.listed(1, "ร้อยละของประชาชนในเขตบางเขน", dimension=1)]  # the city's own list
    assert found(office, "other_district_named", project_indicator=indicator) == []


def test_a_word_at_the_end_of_one_item_and_a_name_at_the_beginning_of_the_next_are_no_district(office):
    targets = [office.listed(1, "ชุมชนทั้งเขต"), office.listed(2, "บางเขน 4 แห่ง")]
    assert found(office, "other_district_named", project_target=targets) == []


def test_in_a_report_an_office_is_spoken_to_and_a_place_is_spoken_of(office):
    asked = [office.report(1, status_text="หารือสำนักงานเขตบางเขน"), office.report(2, status_text="แจ้งสำนักงานเขตบางเขน")]
    assert found(office, "other_district_named", fact_progress_report=asked) == []
    rows = [office.report(1), office.report(2, status_text="จัดกิจกรรมในพื้นที่เขตบางเขนแล้ว")]
    assert found(office, "other_district_named", fact_progress_report=rows)[0][0] == "reports[2].status_text"
    assert "other_district_named" in office.flags(fact_progress_report=rows)  # of the project, without a number


def test_without_registers_no_district_is_known(office):
    from expectations import crosschecks
    from transform.registers import Registers

    frames = office.build(dim_project=[office.project(rationale="ในพื้นที่เขตบางเขน")])
    assert "other_district_named" not in set(crosschecks.run(frames, Registers())["rule"])


# ---------------------------------------------------------------- narrative_reused


def years(office, first=None, second=None):
    """Two projects of one agency in fiscal years 2562 and 2563 with the same rationale."""
    same = {"rationale": COUNTED, "project_name": "มุมหนังสือใกล้บ้าน"}
    return [
        office.project(**{"project_code": OTHER, "fiscal_year_be": 2562} | same | (first or {})),
        office.project(**same | (second or {})),
    ]


def test_last_years_text_with_its_figures_is_found_on_the_later_project(office):
    assert found(office, "narrative_reused", dim_project=years(office)) == [["rationale", OTHER, "2562: 320 คน, 45 คน"]]
    projects = years(
        office, {"project_name": "โครงการมุมหนังสือใกล้บ้าน ปี 2562"}, {"project_name": "มุมหนังสือใกล้บ้าน (ปี 2563)"}
    )
    assert len(found(office, "narrative_reused", dim_project=projects)) == 1


def test_the_nearest_earlier_year_is_named(office):
    older = office.project(
        project_code="50390000-9000", fiscal_year_be=2561, rationale=COUNTED, project_name="มุมหนังสือใกล้บ้าน"
    )
    rows = found(office, "narrative_reused", dim_project=[older, *years(office)])
    assert sorted(r[1] for r in rows) == ["50390000-9000", OTHER]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"fiscal_year_be": 2563}, {}),  # sister projects of one year
        ({"agency_code": "5012", "agency_name": "สำนักงานเขตบางเขน", "project_code": "50120000-9002"}, {}),
        ({"rationale": COUNTED.replace("320", "300")}, {}),  # the figures were brought up to date
        (
            {"rationale": COUNTED.replace("320 ", "").replace("45 ", "")},
            {"rationale": COUNTED.replace("320 ", "").replace("45 ", "")},
        ),
        ({"rationale": "เด็ก 320 คน 4 แห่ง"}, {"rationale": "เด็ก 320 คน 4 แห่ง"}),  # too short to be a copy
        ({"project_name": "ปรับปรุงไฟส่องสว่างในตรอก"}, {}),
        ({"fiscal_year_be": None}, {}),
        ({"rationale": None}, {"rationale": None}),
    ],
)
def test_a_text_that_may_rightly_be_the_same_is_none(office, first, second):
    assert found(office, "narrative_reused", dim_project=years(office, first, second)) == []


def test_laws_ages_and_years_are_no_figures_of_a_year(office):
    law = (
        "ตามพระราชบัญญัติ พ.ศ. 2546 มาตรา 16 ข้อ 18 ผู้มีอายุ 60 ปีขึ้นไป ประกอบกับยุทธศาสตร์ด้านที่ 3 ระยะ 20 ปี จึงเห็นควรจัดโครงการนี้ขึ้นใน "
        "ปี 2562 เพื่อประชาชนทุกคนในพื้นที่ให้มีคุณภาพชีวิตที่ดี"
    )
    assert found(office, "narrative_reused", dim_project=years(office, {"rationale": law}, {"rationale": law})) == []


# ---------------------------------------------------------------- status_text_repeated


def repeated(office, *rows):
    """Objections to reports with (text, progress)."""
    made = [office.report(n, status_text=t, progress_pct=p and D(p)) for n, (t, p) in enumerate(rows, start=1)]
    return found(office, "status_text_repeated", fact_progress_report=made)


def test_a_long_status_in_three_reports_with_other_progress_is_found_at_the_first(office):
    rows = [("เริ่มงาน", "5"), (LONG, "10.00"), (LONG, "20.00"), (LONG, "60.50"), ("เสร็จ", "100")]
    assert repeated(office, *rows) == [["reports[2].status_text", LONG, "2, 3, 4 (10 % → 60.50 %)"]]
    made = [office.report(n, status_text=t, progress_pct=D(p)) for n, (t, p) in enumerate(rows, start=1)]
    assert "status_text_repeated:2" in office.flags(fact_progress_report=made)


@pytest.mark.parametrize(
    "rows",
    [
        [(LONG, "10"), (LONG, "20"), ("อื่น", "30"), (LONG, "40")],  # never three in a row
        [(LONG, "10"), (LONG, "10"), (LONG, "20"), (LONG, "20")],  # twice as far only once
        [("อยู่ระหว่างดำเนินการ", "10"), ("อยู่ระหว่างดำเนินการ", "20"), ("อยู่ระหว่างดำเนินการ", "30")],
        [(LONG, "10"), (LONG, None), (LONG, "30")],
        [(None, "10"), (None, "20"), (None, "30")],
    ],
)
def test_short_interrupted_or_standing_reports_are_none(office, rows):
    assert repeated(office, *rows) == []


def test_reports_of_two_projects_are_no_row(office):
    rows = [
        office.report(1, status_text=LONG, project_code=OTHER),
        office.report(1, status_text=LONG, progress_pct=D(20)),
    ]
    rows.append(office.report(2, status_text=LONG, progress_pct=D(30)))
    projects = [office.project(), office.project(project_code=OTHER)]
    assert found(office, "status_text_repeated", dim_project=projects, fact_progress_report=rows) == []


# ---------------------------------------------------------------- name_year_differs


def test_another_year_in_the_name_is_found_with_the_words_of_the_name(office):
    other = office.project(project_name="ตลาดนัดหนังสือ ปี ๒๕๖๔")
    assert found(office, "name_year_differs", dim_project=[other]) == [["project_name", "ปี ๒๕๖๔", "2563"]]
    assert office.flags(dim_project=[other]) == ["name_year_differs"]


@pytest.mark.parametrize(
    "changes", [{"project_name": "ตลาดนัด ปี 2563"}, {"fiscal_year_be": None}, {"project_name": None}]
)
def test_the_same_year_or_none_is_no_finding(office, changes):
    project = office.project(**{"project_name": "ตลาดนัด ปี 2564", **changes})
    assert found(office, "name_year_differs", dim_project=[project]) == []


# ---------------------------------------------------------------- any text

DISTRICTS = Districts(["สำนักงานเขตวัฒนา", "สำนักงานเขตบางเขน", "สำนักงานเขตบางนา"], WORDS)
PIECES = [
    "เขต",
    "บางเขน",
    "บางนา",
    "วัฒนา",
    "สำนักงาน",
    "ปี",
    "งบ",
    "พ.ศ.",
    "ค.ศ.",
    " ",
    "-",
    "/",
    "**",
    "1.7",
    "2564",
    "64",
    "๒๕๖๔",
    "\n",
    "รอ",
    "x",
]
ANYTHING = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@settings(max_examples=300, deadline=None)
@given(ANYTHING, st.integers(2400, 2642))
def test_any_text_is_judged_and_only_its_own_words_are_quoted(text, year):
    named = other_fiscal_year(text, year, WORDS)
    assert named is None or all(words in text for words in named.split(", "))
    district = DISTRICTS.other(text, "วัฒนา")
    assert district is None or (district.removeprefix("เขต") in text and "วัฒนา" not in text)
    _says_nothing(_bare(text), WORDS)
    is_heading(text)
