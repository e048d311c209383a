"""Folding: what is one thing is told once, and nothing is lost."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from expectations import folding
from expectations.folding import LEAST_PROJECTS, LEAST_REPORTS, fold
from expectations.items import items_of
from tests.expectations.mails import CODE, FORM, NIGHT, finding, findings

WORD = "รายงานครั้งที่ {n} พิมพ์ สถานะเทียบกับแผน ของรายงานครั้งที่ {n} ว่า “กำลังเร่ง” ซึ่งยังไม่อยู่ในรายการคำที่รู้จัก"


def word(n, **changes):
    base = {
        "finding_id": f"{n:016x}",
        "rule": "unknown_status_word",
        "severity": "note",
        "report_no": n,
        "line": 20 + n,
    }
    return finding(**{**base, "field": f"reports[{n}].plan_status", "message_th": WORD.format(n=n), **changes})


def folds(*rows):
    return fold(items_of(findings(*rows), {}, FORM))


def test_one_word_in_many_reports_of_a_project_is_one_item_that_names_the_reports():
    (one,) = folds(*(word(n) for n in range(1, 13)))
    assert one.is_many
    assert one.sentence == (
        "รายงานครั้งที่ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 และอีก 2 ครั้ง พิมพ์ สถานะเทียบกับแผน ว่า “กำลังเร่ง” ซึ่งยังไม่อยู่ในรายการคำที่รู้จัก",
    )


def test_one_word_in_three_hundred_reports_of_many_projects_is_one_item():
    rows = [word(n, project_code=f"50390000-{9000 + n % 60}", uri=f"inbox/{n}.txt") for n in range(1, 301)]
    (one,) = folds(*rows)
    assert (len(one.same), len(one.projects)) == (300, 60)
    assert one.sentence[0].startswith("รายงานหลายครั้ง พิมพ์ สถานะเทียบกับแผน ว่า")


def test_a_few_reports_and_a_few_projects_stay_apart():
    assert len(folds(*(word(n) for n in range(1, LEAST_REPORTS)))) == LEAST_REPORTS - 1
    rows = [word(1, finding_id=str(n), project_code=f"50390000-900{n}") for n in range(1, LEAST_PROJECTS)]
    assert len(folds(*rows)) == LEAST_PROJECTS - 1


def test_other_words_other_numbers_and_other_severities_are_other_things():
    rows = [word(n, message_th=WORD.format(n=n).replace("เร่ง", f"เร่ง{n}")) for n in range(1, 5)]
    assert len(folds(*rows)) == 4
    amounts = [finding(finding_id=str(n), message_th=f"เกิน {n} บาท", project_code=f"50390000-900{n}") for n in range(9)]
    assert len(folds(*amounts)) == 9
    assert len(folds(*(word(n, severity="check" if n > 3 else "note") for n in range(1, 7)))) == 2


def test_what_is_new_is_never_hidden_among_what_is_known():
    rows = [word(n, state="open", first_seen=NIGHT - timedelta(days=3)) for n in range(1, 9)]
    new, known = folds(*rows, word(9))
    assert (new.first.is_fresh, len(new.same), known.first.is_fresh, len(known.same)) == (True, 1, False, 8)


def test_a_contested_value_is_not_told_again_among_the_conflicts_of_its_project():
    told, other = "• หลักการ: สำเนาที่ 1 (หน้า 1 บรรทัด 3) “ก” / สำเนาที่ 2 (หน้า 1 บรรทัด 9) “ข”", "• ชื่อ: สำเนาที่ 1 “ค”"
    contested = finding(finding_id="1", rule="contested_value", field="rationale", message_th=f"ตัดสินไม่ได้\n{told}")
    conflicts = finding(
        finding_id="2",
        rule="copies_conflict",
        severity="note",
        field=None,
        message_th=f"ไม่ตรงกัน 2 แห่ง\n{told}\n{other}",
    )
    first, second = folds(contested, conflicts)
    assert first.finding_ids == ("1",)
    assert second.sentence == ("ไม่ตรงกัน 2 แห่ง (แจ้งแยกไว้แล้ว 1 แห่ง)", other)


def test_conflicts_of_which_nothing_is_left_are_told_with_the_contested_value():
    told = "• หลักการ: สำเนาที่ 1 “ก” / สำเนาที่ 2 “ข”"
    contested = finding(finding_id="1", rule="contested_value", message_th=f"ตัดสินไม่ได้\n{told}")
    conflicts = finding(finding_id="2", rule="copies_conflict", severity="note", message_th=f"ไม่ตรงกัน 1 แห่ง\n{told}")
    (one,) = folds(contested, conflicts)
    assert one.finding_ids == ("1", "2")
    elsewhere = folds(contested, {**conflicts, "project_code": "50390000-9002"})
    assert [each.finding_ids for each in elsewhere] == [("1",), ("2",)]


RULES = ("unknown_status_word", "contested_value", "copies_conflict", "zero_reports", "code_unreadable")
LINES = ("ข้อความ", "• ก “ข”", "• ค: สำเนาที่ 1 “ง” / สำเนาที่ 2 “จ”", "รายงานครั้งที่ 3 พิมพ์", "dump.txt หน้า 2 บรรทัด 9")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(RULES),
        st.sampled_from(("block", "check", "note")),
        st.sampled_from((None, CODE, *(f"50390000-910{n}" for n in range(7)))),
        st.sampled_from((None, 3, 30)),
        st.lists(st.sampled_from(LINES), min_size=1, max_size=3),
        st.sampled_from(("new", "open", "regressed", "resolved")),
        st.integers(0, 3),
    ),
    max_size=40,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_every_finding_is_told_in_exactly_one_item_whatever_their_order(rows, random):
    made = [
        finding(
            finding_id=f"{n:016x}", rule=rule, severity=severity, project_code=code, report_no=report,
            message_th="\n".join(lines), state=state, first_seen=NIGHT - timedelta(days=days),
        )
        for n, (rule, severity, code, report, lines, state, days) in enumerate(rows)
    ]  # fmt: skip
    found = folds(*made)
    told = Counter(finding_id for each in found for finding_id in each.finding_ids)
    assert told == Counter(row["finding_id"] for row in made)
    assert all(len({(i.rule, i.severity, i.is_fresh) for i in each.same}) == 1 for each in found)
    assert [each.first.urgency for each in found] == sorted(each.first.urgency for each in found)
    for urgency in {each.first.urgency for each in found}:  # what is of one project stands together, oldest first
        alike = [each for each in found if each.first.urgency == urgency]
        parts = [list(part) for _, part in groupby(alike, lambda each: each.group)]
        assert len(parts) == len({each.group for each in alike})
        days = [[each.first.first_seen for each in part] for part in parts]
        assert all(part == sorted(part) for part in days)
        assert [min(part) for part in days] == sorted(min(part) for part in days)
    random.shuffle(made)
    assert folds(*made) == found


def test_a_sentence_about_many_files_says_how_many_and_not_the_first():
    def cut(n, uri):
        place = f"{uri.rsplit('/', 1)[-1]} หน้า 1 บรรทัด {n}"
        message = f"สำเนาของแบบไม่ครบถึงท้ายแบบ 1 จาก 2 สำเนา ({place})"
        code = f"50390000-91{n:02}"
        return finding(finding_id=str(n), rule="truncated_copy", project_code=code, uri=uri, line=n, message_th=message)

    (one,) = folds(*(cut(n, f"inbox/{n}.txt") for n in range(1, 13)))
    assert one.sentence == ("สำเนาของแบบไม่ครบถึงท้ายแบบ 1 จาก 2 สำเนา (12 ไฟล์)",)
    (one,) = folds(*(cut(n, "inbox/all.txt") for n in range(1, 13)))
    assert one.sentence == ("สำเนาของแบบไม่ครบถึงท้ายแบบ 1 จาก 2 สำเนา (all.txt)",)


def over(n, value, **changes):
    base = {"finding_id": f"{n:04}", "rule": "progress_over_100", "report_no": n, "value": value, "line": 60 + n}
    message = f"รายงานครั้งที่ {n} ระบุความก้าวหน้า {value} % ซึ่งเกิน 100"
    return finding(**{**base, "field": f"reports[{n}].progress_pct", "message_th": message, **changes})


def test_the_end_of_a_word_is_no_page_and_other_values_are_other_items():
    assert len(folds(*(over(n, value) for n, value in ((2, "110"), (3, "125"), (4, "140"))))) == 3
    (one,) = folds(*(over(n, "110") for n in (2, 3, 4)))
    assert one.sentence == ("รายงานครั้งที่ 2, 3, 4 ระบุความก้าวหน้า 110 % ซึ่งเกิน 100",)
    assert one.todo.startswith("ตรวจสอบร้อยละความก้าวหน้าของรายงานเหล่านี้ในระบบ")


SENTENCES = (
    "รายงานครั้งที่ {n} ระบุความก้าวหน้า {value} % ซึ่งเกิน 100",
    "รายงานครั้งที่ {n} ลงวันที่ {value} ซึ่งอยู่ก่อนรายงานครั้งก่อน",
    "พิมพ์ “{value}” ({file} หน้า {n} บรรทัด {n})",
    "พบหัวข้อ “{value}” ({file} หน้า 1 บรรทัด {n}) ของรายงานครั้งที่ {n}",
    "อ่านได้ {value}\n• หน้า {n} บรรทัด {n}: “ข้อความ {value}”",
)
VALUES = ("1", "2", "3", "103", "หน้า 1", "หน้า 2", "บรรทัด 3", "รายงานครั้งที่ 1", "รายงานครั้งที่ 2", "1.txt", "2.txt", "dump")


@given(
    st.sampled_from(SENTENCES),
    st.lists(st.tuples(st.sampled_from(VALUES), st.integers(1, 9), st.integers(0, 6), st.booleans()), max_size=30),
)
def test_a_sentence_said_of_many_is_true_of_each(sentence, rows):
    is_text = "“{value}”" in sentence  # a number or a day is printed as it is, everything else in quotes
    made = []
    for order, (value, n, project, has_file) in enumerate(rows):
        said = value if is_text or value.isdecimal() else "7"
        uri = f"inbox/{n}.txt" if has_file else "inbox/7"
        message = sentence.format(n=n, value=said, file=uri.rpartition("/")[2])
        code = f"50390000-900{project}"
        made.append(
            over(n, said, finding_id=f"{order:04}", project_code=code, uri=uri, line=n, page=n, message_th=message)
        )
    values = {row["finding_id"]: row["value"] for row in made}
    for each in folds(*made):
        assert len({values[finding_id] for finding_id in each.finding_ids}) == 1
        assert values[each.first.finding_id] in "\n".join(each.sentence)


def test_the_places_of_the_first_are_not_said_of_all():
    def unread(n, line):
        message = f"ไม่ได้อ่าน 1 บรรทัด\n• หน้า 1 บรรทัด {line}: “ท้ายแบบ”\nดู (หน้า 1 บรรทัด 5)"
        return finding(finding_id=str(n), rule="unread_lines", project_code=f"50390000-91{n:02}", message_th=message)

    (one,) = folds(*(unread(n, 20 + n) for n in range(1, 9)))
    assert one.sentence == ("ไม่ได้อ่าน 1 บรรทัด", "• “ท้ายแบบ”", "ดู (หน้า 1 บรรทัด 5)")


def test_a_label_before_the_report_keeps_all_its_reports():
    message = "ไม่พบสถานะเทียบกับแผน ของรายงานครั้งที่ {} ทั้งที่รายงานครั้งนี้ระบุความก้าวหน้าไว้แล้ว"
    (one,) = folds(*(word(n, rule="report_status_missing", message_th=message.format(n)) for n in (2, 3, 4)))
    assert one.sentence == ("ไม่พบสถานะเทียบกับแผน ของรายงานครั้งที่ 2, 3, 4 ทั้งที่รายงานเหล่านี้ระบุความก้าวหน้าไว้แล้ว",)


@given(
    st.text("ab.ก _1-", max_size=14), st.text("ab.ก_1", min_size=1, max_size=3), st.sampled_from(["", "a", "ก", " "])
)
def test_the_name_of_a_file_is_found_as_a_word_of_its_own_only(before: str, name: str, after: str) -> None:
    text = f"{before}{name}{after}{name}"
    (one,) = items_of(findings(finding()), {}, FORM)
    assert folding._without_name(text, name) == folding._file_in(replace(one, file=name)).sub(folding._HERE, text)
