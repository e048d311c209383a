"""Every finding has a stable id, points at its evidence, speaks Thai, and lives through the nights."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from expectations.conflicts import conflicts_of
from transform.form import load_form
from transform.records import Evidence, FileOutcome, LineCount, Reading, UnreadLine

NEXT = timedelta(days=1)


def one(findings, rule):
    found = findings[findings["rule"] == rule]
    assert len(found) == 1, findings[["rule", "field"]].to_string()
    return found.iloc[0]


def spent(office, value="50000.00"):
    return office.decide(
        "budget_spent", office.read(1, "budget_spent", value, 23), office.read(2, "budget_spent", value, 104)
    )


def name_conflict(office, first="อีระวุฒิ", second="ธีระวุฒิ"):
    readings = office.read(1, "coordinator.name", first, 31), office.read(2, "coordinator.name", second, 112)
    return office.decide("coordinator.name", *readings, value=second, rule="name_statistics")


def test_a_form_in_order_has_no_findings(office):
    assert office.findings(office.night(), with_columns=True).empty


def test_findings_have_the_shape_of_the_table(office):
    for night in (office.night(), office.night([spent(office)])):
        assert tuple(office.findings(night).columns) == load_form().tables["finding"].column_names


def test_a_finding_points_at_the_reading_behind_its_value(office):
    row = one(office.findings(office.night([spent(office)])), "spent_unreconciled_with_reports")
    assert (row["uri"], row["page"], row["line"]) == ("inbox/dump-1.txt", 1, 23)
    assert row["message_th"].startswith("งบประมาณที่ใช้ไป 50,000 บาท ไม่ตรงกับยอดเบิกใช้ในรายงาน (ยอดรวม 30,000 บาท")
    assert (row["state"], row["days_open"], row["severity"]) == ("new", 0, "check")


def test_a_finding_points_at_the_chosen_reading_not_at_the_first(office):
    found = office.findings(office.night([name_conflict(office), office.decide("responsible.phone", value=None)]))
    assert one(found, "responsible_phone_missing")["line"] == 18  # what is printed around it: the responsible person
    readings = office.read(1, "budget_spent", "1.00", 23), office.read(2, "budget_spent", "2.00", 104)
    decided = office.decide("budget_spent", *readings, value="2.00", rule="typed_majority")
    row = one(office.findings(office.night([decided])), "spent_unreconciled_with_reports")
    assert (row["uri"], row["line"]) == ("inbox/dump-2.txt", 104)


def test_where_nothing_is_printed_a_finding_points_at_the_beginning_of_the_form(office):
    row = one(office.findings(office.night([office.decide("budget_received")])), "budget_received_missing")
    assert (row["uri"], row["page"], row["line"]) == ("inbox/dump-1.txt", 1, 5)


def test_a_conflict_names_its_field_and_what_each_copy_says(office):
    row = one(office.findings(office.night([name_conflict(office)])), "copies_conflict")
    assert row["message_th"].split("\n") == [
        "สำเนาของแบบไม่ตรงกัน 1 แห่ง",
        "• ผู้ประสานงาน สยป.: สำเนาที่ 1 (dump-1.txt หน้า 1 บรรทัด 31) “อีระวุฒิ” / "
        "สำเนาที่ 2 (dump-2.txt หน้า 1 บรรทัด 112) “ธีระวุฒิ” → ใช้ “ธีระวุฒิ” (สะกดเหมือนชื่อคนไทยมากกว่า) – "
        "ต่างกันที่ตัวอักษรที่มักสับสน อ/ธ",
    ]
    assert "copy 2 (dump-2.txt page 1 line 112)" in row["message_en"]
    assert row["message_en"].endswith(
        "(it is far more like a Thai name) – they differ in letters that are often confused: อ/ธ"
    )


@pytest.mark.parametrize(
    ("field", "first", "second", "said"),
    [
        ("project_name", "ช่วยเด็กอ่าน", "ช่วยเด๊กอ่าน", "ต่างกันที่ตัวอักษรที่มักสับสน ◌็/◌๊"),
        ("project_name", "ช่วยเด็กอ่าน", "ชวยเด็กอ่าน", "ต่างกันที่ตัวอักษรที่มักสับสน ◌่/(ไม่มี)"),
        ("project_name", "งาน “หนังสือ", 'งาน "หนังสือ', 'ต่างกันเพียงรูปเครื่องหมาย “/"'),
        ("project_name", "ช่วยเด็กอ่าน", "ช่วยครูอ่าน", None),
        ("project_name", "ช่วยเด็กอ่าน", None, None),
        ("budget_received", "180000.00", "190000.00", None),
    ],
)
def test_a_conflict_says_when_only_letters_differ_that_are_often_confused(office, field, first, second, said):
    readings = office.read(1, field, first, 31), office.read(2, field, second, 112)
    decided = office.decide(field, *readings, rule="first_complete_copy")
    message = one(office.findings(office.night([decided])), "copies_conflict")["message_th"]
    assert message.endswith(f" – {said}" if said else ")")


def test_an_amount_in_conflict_is_quoted_as_each_copy_prints_it(office):
    field = "budget_received"
    readings = (
        office.read(1, field, "437700.00", 19, raw="437,700 บาท"),
        office.read(2, field, "438700.00", 97, raw="438,700  บาท"),
        office.read(1, field, "437700.00", 120, raw="๔๓๗,๗๐๐.- บาท"),
    )
    message = one(office.findings(office.night([office.decide(field, *readings)])), "copies_conflict")["message_th"]
    assert message.split("\n")[1].startswith(
        "• งบประมาณที่ได้รับ: สำเนาที่ 1 (dump-1.txt หน้า 1 บรรทัด 19) “437,700 บาท” / "
        "สำเนาที่ 1 (dump-1.txt หน้า 1 บรรทัด 120) “๔๓๗,๗๐๐.- บาท” / "
        "สำเนาที่ 2 (dump-2.txt หน้า 1 บรรทัด 97) “438,700 บาท” → ใช้ “437,700 บาท” ("
    )
    phone = [office.read(n, "responsible.phone", f"700{n}", raw=f"โทร. 700{n}") for n in (1, 2)]
    message = one(office.findings(office.night([office.decide("responsible.phone", *phone)])), "copies_conflict")
    assert "700" not in message["message_th"]


def test_digits_of_a_code_are_not_written_as_an_amount(office):
    found = one(office.findings(office.night(code="99999999-0001")), "code_fits_nothing")
    assert "ขึ้นต้นด้วย 9999 ซึ่ง" in found["message_th"]
    assert "begins with 9999," in found["message_en"]


def test_the_same_substitution_in_several_reports_is_told_once(office):
    def status(number, text):
        field = f"reports[{number}].status_text"
        readings = (
            office.read(1, field, f"{text}จากสำนักการศึกษา", 60 + number),
            office.read(2, field, f"{text}จากสำนักงานการศึกษา", 90),
        )
        return office.decide(field, *readings, rule="first_complete_copy")

    numbers = "1,2,3"
    rows = office.decide("reports", office.read(1, "reports", numbers), office.read(2, "reports", numbers))
    night = office.night([rows, status(1, "รออนุมัติ"), status(2, "รออนุญาต"), status(3, "เสนอขอ")])
    assert len(conflicts_of(night.deliveries[0])) == 1
    found = office.findings(night)
    assert "สถานะการดำเนินงาน ของรายงานครั้งที่ 1, 2, 3" in one(found, "copies_conflict")["message_th"]
    assert one(found, "contested_value")["field"] == "reports[1].status_text"


def test_different_differences_are_not_folded(office):
    def status(number, left, right):
        field = f"reports[{number}].status_text"
        return office.decide(
            field, office.read(1, field, left), office.read(2, field, right), rule="first_complete_copy"
        )

    rows = office.decide("reports", office.read(1, "reports", "1,2"), office.read(2, "reports", "1,2"))
    found = office.findings(
        office.night([rows, status(1, "ทำแล้ว 5 แห่ง", "ทำแล้ว 6 แห่ง"), status(2, "ทำแล้ว 5 แห่ง", "ทำแล้ว 8 แห่ง")])
    )
    assert sorted(found[found["rule"] == "contested_value"]["field"]) == [
        "reports[1].status_text",
        "reports[2].status_text",
    ]


def test_a_long_text_is_shown_around_its_difference(office):
    left, right = "ก" * 300 + "การจัด" + "ข" * 300, "ก" * 300 + "จัด" + "ข" * 300
    readings = office.read(1, "rationale", left, 35, line_last=41), office.read(2, "rationale", right, 116)
    found = office.findings(office.night([office.decide("rationale", *readings, rule="first_complete_copy")]))
    message = one(found, "contested_value")["message_th"]
    assert "บรรทัด 35–41" in message
    assert "การจัด" in message
    assert len(message) < 500
    assert len(one(found, "contested_value")["value"]) < 200


def test_no_telephone_number_is_in_any_message(office):
    readings = office.read(1, "responsible.phone", "0812345678"), office.read(2, "responsible.phone", "0812345679")
    rationale = office.read(1, "rationale", "โทร. 7037 ก"), office.read(2, "rationale", "โทร. 7037 ข")
    night = office.night([office.decide("responsible.phone", *readings), office.decide("rationale", *rationale)])
    messages = " ".join(office.findings(night)[["message_th", "message_en"]].sum())
    assert "โทรศัพท์ผู้รับผิดชอบ" in messages
    assert not any(number in messages for number in ("0812345678", "0812345679", "7037"))


def test_a_required_value_that_is_missing_becomes_a_finding(office):
    found = office.findings(office.night([office.decide("reports[1].status_text")]), with_columns=True)
    row = one(found, "column_required_missing")
    assert (row["field"], row["report_no"], row["line"]) == ("reports[1].status_text", 1, 27)
    assert row["message_th"] == "ไม่พบ สถานะการดำเนินงาน ของรายงานครั้งที่ 1"


def test_a_text_that_is_no_value_is_told_once_and_not_also_as_missing(office):
    readings = [office.read(n, "start_date", None, 20, raw="32/13/2562", problem="no such day") for n in (1, 2)]
    bad = office.decide("start_date", *readings, rule="none_well_formed", is_decidable=False, confidence="contested")
    found = office.findings(office.night([bad]), with_columns=True)
    row = one(found, "value_not_well_formed")
    assert "“32/13/2562”" in row["message_th"]
    assert row["line"] == 20
    assert set(found["rule"]) == {"value_not_well_formed"}


def test_an_indicator_out_of_range_is_addressed_by_its_place_in_the_list(office):
    bad = office.decide("strategy.indicators[1].dimension", office.read(1, "strategy.indicators[1].dimension", "9", 66))
    row = one(office.findings(office.night([bad]), with_columns=True), "column_out_of_range")
    assert (row["field"], row["line"]) == ("strategy.indicators[1].dimension", 66)


def test_a_truncated_copy_points_at_where_it_is_cut(office):
    row = one(office.findings(office.night(cut=[2])), "truncated_copy")
    assert (row["uri"], row["line"]) == ("inbox/dump-2.txt", 99)
    assert row["message_th"].startswith("สำเนาของแบบไม่ครบถึงท้ายแบบ 1 จาก 2 สำเนา")


def outcome(sha, uri, **changes):
    given = {
        "source_sha256": sha * 64, "uri": uri, "night": date(2020, 3, 1), "media_type": "text/plain", "size": 9, "pages": 1,
        "encoding": "utf-8", "reader_version": "1", "status": "read", "code": None, "reason": None, "lines": LineCount(1, 1, 0),
        "unread": (),
    }  # fmt: skip
    return FileOutcome(**given | changes)


def test_files_and_copies_without_a_code_are_findings_of_their_own(office):
    rejected = outcome(
        "8", "inbox/broken.pdf", status="rejected", code="empty_file", reason="0 bytes; deliver it again"
    )
    unread = outcome(
        "9", "inbox/new.txt", unread=(UnreadLine(1, 7, "ข้อความแปลก"), UnreadLine(1, 9, "อีก")), lines=LineCount(1, 1, 2)
    )
    night = office.night()
    nameless = [
        type(night.copies[0])(**{n: getattr(night.copies[0], n) for n in night.copies[0].__dataclass_fields__}
        | {"copy_id": f"9-{n}", "source_sha256": "9" * 64, "uri": "inbox/new.txt", "ordinal": n, "project_code": None, "printed_code": "5O39", "readings": ()})
        for n in (1, 2)
    ]  # fmt: skip
    found = office.findings(office.night(files=[rejected, unread], copies=nameless))
    assert one(found, "file_rejected")["uri"] == "inbox/broken.pdf"
    said = one(found, "unread_lines")["message_th"].split("\n")
    assert said[1:] == ["• หน้า 1 บรรทัด 7: “ข้อความแปลก”", "• หน้า 1 บรรทัด 9: “อีก”"]
    codes = found[found["rule"] == "code_unreadable"]
    assert codes["severity"].tolist() == ["block", "block"]
    assert codes["finding_id"].is_unique


def test_a_copy_whose_code_was_misread_or_is_another_projects_is_told_with_the_reason(office):
    first = office.night().copies[0]
    note = "prints 50390000-3367, one digit from 50390000-3361; everything beside the code is that project's"
    code = Reading("7-2", "project_code", None, Evidence(1, 3, 3, 0, 13, "50390000-3367"), "50390000-3367")
    joined = replace(first, copy_id="7-1", source_sha256="7" * 64, identity_note=note, readings=())
    apart = replace(joined, copy_id="7-2", ordinal=2, project_code=None, printed_code="50390000-3367", readings=(code,))
    found = office.findings(office.night(copies=[joined, apart]))
    assert one(found, "code_misread")["project_code"] == first.project_code
    assert note in one(found, "code_ambiguous")["message_en"]
    assert one(found, "code_ambiguous")["severity"] == "block"


def test_unread_lines_of_a_file_with_one_project_belong_to_that_project(office):
    night = office.night()
    files = [f for f in night.files if f.uri.endswith("dump-2.txt")]
    again = type(files[0])(
        **{n: getattr(files[0], n) for n in files[0].__dataclass_fields__} | {"unread": (UnreadLine(1, 3, "?"),)}
    )
    found = office.findings(type(night)(night.night, (night.files[0], again), night.copies, night.deliveries))
    assert one(found, "unread_lines")["project_code"] == office.CODE


def test_a_placeholder_names_its_fields_and_points_at_the_first(office):
    waiting = "รอแนวทางการเสนอโครงการจากหน่วยงานกลาง"
    texts = {"rationale": 40, "objectives[1]": 44, "targets[1]": 48}
    decisions = [office.decide(f, *(office.read(n, f, waiting, line) for n in (1, 2))) for f, line in texts.items()]
    row = one(office.findings(office.night(decisions)), "placeholder_text")
    assert (row["field"], row["line"], row["severity"]) == ("rationale", 40, "check")
    assert row["message_th"] == (
        "หลักการและเหตุผล, วัตถุประสงค์ของโครงการ ข้อที่ 1, เป้าหมายของโครงการ ข้อที่ 1 ระบุว่า “รอแนวทางการเสนอโครงการจากหน่วยงานกลาง” "
        "ซึ่งเป็นข้อความที่ใส่ไว้รอแก้ หรือใช้ข้อความเดียวกันในหลายช่อง"
    )
    assert row["message_en"].startswith(
        "Rationale, One objective of the project, item 1, One target of the project, item 1: “รอ"
    )


def test_another_year_in_the_name_is_said_as_years_are_said(office):
    readings = [office.read(n, "project_name", "ตลาดนัดหนังสือ (งบ 64)", 12) for n in (1, 2)]
    row = one(office.findings(office.night([office.decide("project_name", *readings)])), "name_year_differs")
    assert row["line"] == 12
    assert row["message_th"] == "ชื่อโครงการระบุ “งบ 64” แต่ช่องปีงบประมาณระบุ 2563"


def test_a_text_about_another_district_points_at_its_line(office):
    readings = [office.read(n, "rationale", "เด็กในพื้นที่เขตบางเขน", 40) for n in (1, 2)]
    row = one(office.findings(office.night([office.decide("rationale", *readings)])), "other_district_named")
    assert (row["uri"], row["line"]) == ("inbox/dump-1.txt", 40)
    assert "“เขตบางเขน”" in row["message_th"]
    assert "(สำนักงานเขตวัฒนา)" in row["message_th"]


COUNTED = "การสำรวจในชุมชนริมคลองพบเด็กที่ไม่มีหนังสืออ่าน 320 คน และผู้สูงอายุที่อยู่ลำพัง 45 คน จึงเห็นควรจัดให้มีมุมหนังสือใกล้บ้านทุกแห่ง"
EARLIER = "50390000-9002"


def reusing(office, day, text=COUNTED, with_earlier=True):
    """A night with a project and, if wanted, the project of the year before with the same rationale."""

    def one_of(code, year, text):
        values = {"rationale": text, "fiscal_year_be": year}
        decisions = [office.decide(f, *(office.read(n, f, v, 40) for n in (1, 2))) for f, v in values.items()]
        return office.night(decisions, day, code)

    tonight = one_of(office.CODE, "2563", text)
    earlier = one_of(EARLIER, "2562", COUNTED)
    return replace(tonight, deliveries=(*tonight.deliveries, *earlier.deliveries)) if with_earlier else tonight


def test_an_earlier_years_text_says_whose_it_is_and_what_was_compared(office):
    row = one(office.findings(reusing(office, office.NIGHT)), "narrative_reused")
    assert (row["project_code"], row["line"], row["severity"]) == (office.CODE, 40, "note")
    assert f"กับโครงการ {EARLIER} รวมทั้งตัวเลขของปีงบประมาณ 2562: 320 คน, 45 คน (เทียบเฉพาะ" in row["message_th"]


@pytest.mark.parametrize(
    ("text", "with_earlier", "state"),
    [
        (COUNTED, True, "open"),
        (COUNTED, False, None),  # nobody looked: it stands as it was, and is not told as resolved
        (COUNTED.replace("320", "280"), False, "resolved"),
        (COUNTED.replace("320", "280"), True, "resolved"),
        (None, False, "resolved"),
    ],
)
def test_a_reused_text_is_resolved_only_when_it_was_rewritten_or_compared(office, text, with_earlier, state):
    known = office.findings(reusing(office, office.NIGHT))
    known = known[known["rule"] == "narrative_reused"]
    later = reusing(office, office.NIGHT + NEXT, text, with_earlier)
    found = office.findings(later, known, earlier=office.stored(reusing(office, office.NIGHT), later))
    states = found.loc[found["rule"] == "narrative_reused", "state"].tolist()
    assert states == ([state] if state else [])


# ---------------------------------------------------------------- ids and nights


def test_the_id_is_the_same_on_another_night_and_with_another_value(office):
    first = one(office.findings(office.night([spent(office)])), "spent_unreconciled_with_reports")
    later = office.night([spent(office, "60000.00")], office.NIGHT + NEXT)
    assert one(office.findings(later), "spent_unreconciled_with_reports")["finding_id"] == first["finding_id"]
    assert first["finding_id"] == "329dabc7afcfbf26"  # published ids never change


def test_ids_differ_by_project_field_and_row(office):
    other = office.findings(office.night([spent(office)], code="50390000-9002"))
    assert set(other["finding_id"]).isdisjoint(office.findings(office.night([spent(office)]))["finding_id"])


def test_a_finding_is_new_then_open_then_resolved_then_regressed(office):
    bad, good = [spent(office)], []
    known = None
    seen = []
    for day, decisions in enumerate([bad, bad, good, good, bad, bad]):
        found = office.findings(office.night(decisions, office.NIGHT + day * NEXT), known)
        seen.append([(r.state, r.days_open, r.first_seen.date(), r.last_seen.date()) for r in found.itertuples()])
        rest = known[~known["finding_id"].isin(found["finding_id"])] if known is not None else found.iloc[:0]
        known = pd.concat([rest, found], ignore_index=True)
    start = office.NIGHT
    assert seen == [
        [("new", 0, start, start)],
        [("open", 1, start, start + NEXT)],
        [("resolved", 1, start, start + NEXT)],
        [],  # nothing changes
        [("regressed", 4, start, start + 4 * NEXT)],
        [("open", 5, start, start + 5 * NEXT)],
    ]


def test_a_project_that_was_not_delivered_resolves_nothing(office):
    known = office.findings(office.night([spent(office)]))
    other = office.findings(office.night(day=office.NIGHT + NEXT, code="50390000-9002"), known)
    assert other.empty


def test_a_rejected_file_is_resolved_only_when_it_was_read(office):
    rejected = outcome("8", "inbox/b.pdf", status="rejected", code="empty_file", reason="r")
    known = office.findings(office.night(files=[rejected]))
    assert office.findings(office.night(day=office.NIGHT + NEXT), known).empty
    read_now = outcome("8", "inbox/b.pdf", night=office.NIGHT + NEXT)
    assert office.findings(office.night(day=office.NIGHT + NEXT, files=[read_now]), known)["state"].tolist() == [
        "resolved"
    ]


def test_findings_are_in_total_order(office):
    found = office.findings(office.night([spent(office), name_conflict(office), office.decide("budget_received")]))
    assert found["finding_id"].is_monotonic_increasing
    assert found["finding_id"].is_unique
