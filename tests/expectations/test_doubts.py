"""Doubts of the file's reader as findings: told once, with what is open, and never as thirty conflicts."""

from __future__ import annotations

from dataclasses import replace

from expectations.coordinator_mail import coordinator_mail
from expectations.mail_facts import CoordinatorFacts
from extract.encodings import LOST
from transform.form import load_form
from transform.records import OCR, SECOND_READER


def by_rule(findings):
    return dict(tuple(findings.groupby("rule")))


def picture(office, decisions, copy=2):
    """A night of which one copy was recognised in a picture."""
    night = office.night(decisions)

    def seen(reading):
        return reading._replace(doubt=OCR) if reading.copy_id == f"{copy}-1" else reading

    (delivery,) = night.deliveries
    copies = tuple(replace(c, readings=tuple(map(seen, c.readings))) for c in delivery.copies)
    decided = tuple(d._replace(readings=tuple(map(seen, d.readings))) for d in delivery.decisions)
    return replace(night, copies=copies, deliveries=(replace(delivery, copies=copies, decisions=decided),))


def test_a_copy_that_is_a_picture_is_one_finding_with_the_typed_values_that_nothing_confirms(office):
    fields = {"budget_spent": "30000.00", "end_date": "2020-09-30", "rationale": "ข้อความ", "responsible.phone": "7009"}
    open_values = [
        office.decide(f, office.read(2, f, v, 20), rule="ocr_only", confidence="contested") for f, v in fields.items()
    ]
    differs = office.decide(
        "project_name", office.read(1, "project_name", "ก"), office.read(2, "project_name", "ถ"), rule="text_over_ocr"
    )
    night = picture(office, [*open_values, differs])
    found = by_rule(office.findings(night))
    assert set(found) == {"read_by_ocr"}
    (message,) = found["read_by_ocr"]["message_th"]
    assert "dump-2.txt" in message
    assert "30,000" in message
    assert "30 ก.ย. 2563" in message
    assert "ข้อความอีก 1 ช่อง" in message
    assert "7009" not in message
    assert list(found["read_by_ocr"]["severity"]) == ["check"]


def test_a_picture_of_which_every_value_is_confirmed_is_worth_a_note(office):
    (finding,) = office.findings(picture(office, [])).to_dict("records")
    assert (finding["rule"], finding["severity"]) == ("read_by_ocr", "note")
    assert "ทุกค่าตรงกับสำเนาอื่น" in finding["message_th"]


def test_what_was_recognised_and_is_no_value_is_told_with_the_picture_and_not_as_missing(office):
    bad = office.decide(
        "budget_spent", office.read(2, "budget_spent", None, raw="3O,OOO", problem="no amount"), rule="none_well_formed"
    )
    night = picture(office, [bad._replace(value=None, confidence="contested")])
    rules = by_rule(office.findings(night, with_columns=True))
    assert "value_not_well_formed" not in rules
    assert "3O,OOO" in rules["read_by_ocr"]["message_th"].iloc[0]
    assert not any(f == "budget_spent" for f in rules.get("column_required_missing", {"field": []})["field"])


def test_what_is_missing_in_a_form_of_pictures_only_is_told_with_the_picture(office):
    night = picture(office, [office.decide("budget_received", office.read(2, "budget_received", None))])
    (delivery,) = night.deliveries
    seen_only = tuple(c for c in delivery.copies if c.is_ocr)
    rules = by_rule(office.findings(night))
    assert "budget_received_missing" in rules  # a copy in text does not print it either
    decided = tuple(d._replace(readings=tuple(r for r in d.readings if r.doubt == OCR)) for d in delivery.decisions)
    alone = replace(night, copies=seen_only, deliveries=(replace(delivery, copies=seen_only, decisions=decided),))
    rules = by_rule(office.findings(alone))
    assert "budget_received_missing" not in rules
    assert "อ่านจากภาพไม่พบ: งบประมาณที่ได้รับ" in rules["read_by_ocr"]["message_th"].iloc[0]


def test_conflicts_of_texts_are_told_beside_those_of_a_picture_without_them(office):
    texts = [office.read(n, "budget_received", v) for n, v in ((1, "180000.00"), (2, "190000.00"))]
    real = office.decide("budget_received", *texts, rule="first_complete_copy")
    only_picture = office.decide(
        "project_name", office.read(1, "project_name", "ก"), office.read(2, "project_name", "ถ"), rule="text_over_ocr"
    )
    found = by_rule(office.findings(office.night([real, only_picture])))
    assert set(found) == {"copies_conflict", "contested_value"}
    assert list(found["copies_conflict"]["value"]) == ["1"]


def doubted(office, other="18,000", **changes):
    reading = office.read(1, "budget_received", "180000.00", 7, raw="180,000 บาท", doubt=SECOND_READER + other)
    decision = office.decide("budget_received", reading, rule="second_reader", confidence="contested")
    return office.night([decision._replace(**changes)])


def test_what_another_reader_sees_is_told_with_both_values_and_the_place(office):
    (finding,) = office.findings(doubted(office)).to_dict("records")
    assert (finding["rule"], finding["severity"], finding["field"]) == (
        "second_reader_differs",
        "check",
        "budget_received",
    )
    assert (finding["uri"], finding["page"], finding["line"]) == ("inbox/dump-1.txt", 1, 7)
    for message in (finding["message_th"], finding["message_en"]):
        assert "180,000 บาท" in message
        assert "“18,000”" in message


def test_what_another_copy_confirms_is_worth_a_note(office):
    (finding,) = office.findings(doubted(office, rule="agreed", confidence="agreed")).to_dict("records")
    assert (finding["rule"], finding["severity"]) == ("second_reader_differs", "note")


def test_values_that_only_another_reader_sees_are_one_finding_for_each_copy(office):
    night = office.night()
    (delivery,) = night.deliveries
    copies = (replace(delivery.copies[0], overlooked="1 180,000\n2 25/10/2562"), *delivery.copies[1:])
    night = replace(night, copies=copies, deliveries=(replace(delivery, copies=copies),))
    (finding,) = office.findings(night).to_dict("records")
    assert finding["rule"] == "second_reader_sees_more"
    assert "หน้า 1: “180,000”\n• หน้า 2: “25/10/2562”" in finding["message_th"]


def test_texts_that_lost_letters_are_one_finding_that_quotes_each(office):
    texts = {
        "project_name": f"ห้อง{LOST}มุด",
        "rationale": "ก" * 200 + f"ห้อง{LOST}มุด" + "ข" * 200,
        "targets[1]": f"{LOST}ด็ก",
    }
    lost = [
        office.decide(f, office.read(1, f, v, 30 + n, problem="lost"), rule="lost_letters", confidence="contested")
        for n, (f, v) in enumerate(texts.items())
    ]
    findings = office.findings(office.night(lost))
    (finding,) = findings.to_dict("records")
    assert (finding["rule"], finding["value"]) == ("lost_letters", "3")
    assert f"“ห้อง{LOST}มุด” ขาด 1 ตัว (หน้า 1 บรรทัด 30)" in finding["message_th"]
    assert all(len(line) < 200 for line in finding["message_th"].split("\n"))
    assert "ToUnicode" in mail_of(office, findings)


def mail_of(office, findings):
    project = office.build()["dim_project"]
    mail = coordinator_mail(CoordinatorFacts("ทดสอบ ระบบงาน", project, findings), office.NIGHT, load_form())
    assert mail is not None
    return mail.text


def test_a_name_or_status_word_that_lost_letters_is_no_mismatch_and_no_unknown_word(office):
    flags = office.flags(
        dim_project=[office.project(agency_name=f"ส{LOST}นักงานเขตวัฒนา")],
        fact_progress_report=[office.report(1, plan_status=f"{LOST}แผน")],
    )
    assert not {"agency_code_mismatch", "unknown_status_word:1"} & set(flags)


def test_pages_that_are_pictures_and_were_not_read_are_named_with_their_copy(office):
    night = office.night()
    (delivery,) = night.deliveries
    copies = (replace(delivery.copies[0], unread_pages="2, 3"), *delivery.copies[1:])
    night = replace(night, copies=copies, deliveries=(replace(delivery, copies=copies),))
    (finding,) = office.findings(night).to_dict("records")
    assert (finding["rule"], finding["severity"], finding["page"]) == ("pages_not_read", "check", 2)
    assert "หน้า 2, 3" in finding["message_th"]
