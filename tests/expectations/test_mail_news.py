"""What is new to the reader of a mail: against what this reader was told last, and said once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from expectations.coordinator_mail import coordinator_mail
from expectations.mail_facts import LATE, MUTED
from expectations.news import is_news_late, late_keys
from tests.expectations.mails import (
    CODE,
    FORM,
    NIGHT,
    everything,
    facts,
    finding,
    frame,
    full_facts,
    mail,
    sheet_of,
    told,
)


def test_a_finding_that_the_list_of_late_projects_tells_is_not_told_twice():
    late = frame(LATE, (CODE, "behind", 30, Decimal(40), Decimal(86), None))
    rule = {"rule": "progress_behind_time", "severity": "note", "message_th": "ใช้เวลาไปแล้วร้อยละ 86"}
    made = mail(finding(**rule), late=late)
    assert "ใช้เวลาไปแล้วร้อยละ 86" not in everything(made)
    assert made.told == {"night": "2026-11-28", "findings": ["00aa"], "late": [f"{CODE} behind"]}
    assert "ใช้เวลาไปแล้วร้อยละ 86" in mail(finding(**rule)).text


def test_what_is_told_as_late_is_neither_new_again_nor_resolved_with_the_finding_that_says_so():
    ended = frame(LATE, (CODE, "ended_unfinished", 4, Decimal(60), Decimal(100), None))
    known = {"late": ended, "told": told("old", late=(f"{CODE} ended_unfinished", f"{CODE} behind"))}
    found = finding(rule="ended_unfinished", severity="note")
    over = finding(finding_id="old", rule="progress_behind_time", severity="note", state="resolved", resolved_on=NIGHT)
    assert mail(found, over, **known) is None
    assert "แก้แล้ว" in mail(over, told=told("old")).subject


def test_what_a_reader_never_heard_of_is_new_whenever_it_was_found():
    row = finding(state="open", first_seen=NIGHT - timedelta(days=5), days_open=5)
    assert mail(row).subject.startswith("แก้ 1 รายการ (ใหม่ 1)")
    assert mail(row, told=told()).subject.startswith("แก้ 1 รายการ (ใหม่ 1)")
    assert mail(row, told=told("00aa")) is None


def test_a_reader_hears_what_is_resolved_only_of_what_they_were_told():
    assert mail(finding(state="resolved", resolved_on=NIGHT)) is None
    made = mail(finding(state="resolved", resolved_on=NIGHT), told=told("00aa"))
    assert "✓ 50390000-9001 สวนผักลอยฟ้าบนดาดฟ้าโรงเรียน: ใช้เกินงบประมาณที่ได้รับ" in made.text
    assert "28 พ.ย. 2569" in made.text
    assert made.told["findings"] == []


def test_what_is_no_longer_the_readers_is_counted_and_not_called_resolved():
    def about(moved, *rows):
        made = mail(*rows, told=told("00aa", "x", "y", "z"), moved=moved)
        assert "แก้แล้ว" not in made.subject
        return made.subject.split(" — ")[0], " ".join(made.text.split())

    known = finding(state="open", first_seen=NIGHT - timedelta(days=7))
    subject, text = about(2, known)
    assert subject == "แก้ 1 รายการ · ย้ายออก 2 · ไม่พบแล้ว 1"
    assert "2 รายการที่เคยแจ้งเป็นของโครงการที่ย้ายออกจากความดูแลของท่านแล้ว" in text
    assert "1 รายการที่เคยแจ้งไม่พบแล้ว" in text
    subject, text = about(None, known)
    assert subject == "แก้ 1 รายการ · พ้นรายการ 3"
    assert "3 รายการที่เคยแจ้งไม่อยู่ในรายการของท่านแล้ว" in text
    subject, text = about(3, known, finding(finding_id="new"))
    assert subject == "แก้ 2 รายการ (ใหม่ 1)"  # says why it comes without them
    assert "ย้ายออกจากความดูแล" in text


def test_who_has_lost_all_projects_hears_of_that_and_is_told_nothing_more():
    made = mail(names={}, told=told("00aa", late=(f"{CODE} silent",)), moved=1)
    assert made.subject.startswith("ไม่มีรายการต้องแก้ · ย้ายออก 1 — ")
    assert "ขณะนี้ไม่มีโครงการในความดูแลของท่าน" in made.text
    assert (made.told["findings"], made.told["late"]) == ([], [])


def test_there_is_no_mail_when_nothing_is_new_but_a_reminder_of_what_is_to_correct():
    row = finding(state="open", first_seen=NIGHT - timedelta(days=7))
    assert mail(row, told=told("00aa")) is None
    made = mail(row, told=told("00aa"), told_night=date(2026, 11, 21), is_reminder=True)
    assert made.is_reminder
    assert made.subject == "เตือน: แก้ 1 รายการ — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"
    assert "ไม่มีเรื่องใหม่ตั้งแต่จดหมายครั้งก่อน (21 พ.ย. 2569)" in made.text
    assert "ค้างวันที่ 8" in made.text
    note = finding(state="open", severity="note")
    assert mail(note, told=told("00aa"), is_reminder=True) is None
    assert mail(is_reminder=True) is None


def test_a_mail_with_news_is_no_reminder():
    made = mail(finding(), is_reminder=True)
    assert not made.is_reminder
    assert "เตือน" not in made.subject + made.text


def test_a_newly_late_project_is_news_once():
    late = frame(LATE, (CODE, "silent", 63, None, None, date(2026, 9, 26)))
    made = mail(late=late)
    assert made.subject == "ไม่มีรายการต้องแก้ · ล่าช้า 1 (ใหม่ 1) — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"
    assert made.told["late"] == [f"{CODE} silent"]
    for known in (f"{CODE} silent", CODE):  # a snapshot once kept the code alone
        assert mail(late=late, told=told(late=(known,))) is None
        reminder = mail(late=late, told=told(late=(known,)), is_reminder=True)
        assert reminder.subject == "เตือน: ล่าช้า 1 — รายงานความก้าวหน้าโครงการ 28 พ.ย. 2569"


@pytest.mark.parametrize(
    ("before", "now", "is_news"),
    [
        ("silent", "behind", True), ("behind", "ended_unfinished", True), ("ended_unfinished", "missing", True),
        ("missing", "ended_unfinished", False), ("behind", "silent", False),
    ],
)  # fmt: skip
def test_a_late_project_is_news_again_when_it_is_late_in_a_graver_way(before, now, is_news):
    late = frame(LATE, (CODE, now, 3, None, None, NIGHT - timedelta(days=3)))
    made = mail(late=late, told=told(late=(f"{CODE} {before}",)))
    assert (made is not None) is is_news
    assert is_news_late(late_keys(late), (f"{CODE} {before}",)) is is_news
    if is_news:
        assert "[ใหม่]" in made.text
        assert made.told["late"] == [f"{CODE} {now}"]


def test_a_project_that_is_missing_says_since_when_and_for_how_long():
    def text(days, since):
        return mail(late=frame(LATE, (CODE, "missing", days, None, None, since))).text

    assert "ไม่พบแบบในการส่งออกตั้งแต่ 26 พ.ย. 2569 (2 วัน)\n" in text(2, date(2026, 11, 26))
    assert "ไม่พบแบบในการส่งออกตั้งแต่ 28 พ.ย. 2569\n" in text(0, NIGHT)
    assert "ไม่พบแบบในการส่งออก\n" in text(None, None)


def test_what_is_muted_is_counted_apart_until_its_day_and_new_again_after_it():
    def muted(until):
        return frame(MUTED, ("00aa", until, "รอเอกสาร", "กองตัวอย่าง"))

    assert mail(finding(), muted=muted(NIGHT)) is None
    made = mail(finding(), finding(finding_id="2"), muted=muted(NIGHT))
    assert "พักไว้ตามที่รับทราบแล้ว 1 รายการ" in made.text
    assert made.told["findings"] == ["2"]
    assert [row["เหตุผล"].value for row in sheet_of(made, "พักไว้")] == ["รอเอกสาร"]
    lapsed = muted(NIGHT - timedelta(days=1))
    known = {"told": told("00aa"), "muted": lapsed}
    assert "[ควรตรวจ · ใหม่]" in mail(finding(), told_night=NIGHT - timedelta(days=7), **known).text
    assert mail(finding(), told_night=NIGHT, **known) is None


def test_the_snapshot_holds_all_that_is_unresolved_and_spoken_of():
    assert coordinator_mail(full_facts(), NIGHT, FORM).told == {
        "night": "2026-11-28",
        "findings": sorted(
            ["11aa22bb33cc44d1", "11aa22bb33cc44d2", "11aa22bb33cc44d3", "11aa22bb33cc44d4"]
            + [f"11aa22bb33cc55{n:02}" for n in range(1, 13)]
        ),
        "late": ["50390000-9002 behind", "50390000-9002 silent", "50390000-9003 ended_unfinished"],
    }


def test_facts_without_rows_are_no_mail():
    assert mail() is None
    assert coordinator_mail(facts(), NIGHT, FORM) is None
