"""Every reason that the readers give in English has its Thai words, with the numbers it holds; none is passed on in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from expectations.catalogue import load_catalogue
from expectations.phrases import (
    OTHER,
    in_thai,
    load_phrases,
    load_rejections,
    rejection_words,
    remedy,
    why_rejected,
)
from extract.rejection import Unreadable
from transform.refused_lines import usable
from transform.register_files import CONTACTS, MUTES, read_usable
from transform.values import _KINDS

ROOT = Path(__file__).resolve().parents[2]
# what a reason holds that is no number: the name of an exception, a kind of file, a signal
NO_NUMBERS = ("type(error).__name__", "what", "kind", "reason", "error", "_kind(", "name", "form.th", "source.sha256")
PUT_TOGETHER = {"self._what": "its streams unpack to more than"}
# how Damaged says where a PDF is damaged inside helps nobody in an office; that pages are missing does
PASSED_ON = ("extract/rejection.py", "transform/night.py")
INSIDE = re.compile("object|operators|stream|bytes")


def calls(*names: str, rooms: tuple[str, ...] = ("extract", "transform")) -> Iterator[tuple[str, ast.Call]]:
    """Calls of these functions in the rooms that reject files, with the path of the module."""
    for path, node in (found for room in rooms for found in all_calls(room)):
        if isinstance(node.func, ast.Name) and node.func.id in names:
            yield path, node


@cache
def all_calls(room: str) -> list[tuple[str, ast.Call]]:
    """Every call in a room, with the path of its module."""
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def samples(node: ast.expr) -> tuple[str, list[str]] | None:
    """A text as the source writes it, with numbers in place of what is put in; and those numbers. None: no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, []
    if not isinstance(node, ast.JoinedStr):
        return None
    numbers = count(701)
    text, put_in = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            value = ast.unparse(part.value)
            if value in PUT_TOGETHER or value.startswith(NO_NUMBERS):
                text += PUT_TOGETHER.get(value, "Something")
                continue
            put_in.append(str(next(numbers)))
            text += put_in[-1]
    return text, put_in


def rejections() -> list[tuple[str, str, list[str]]]:
    """(code, reason, numbers in it) of everything that the source rejects files for."""
    found = []
    for path, call in calls("Unreadable", "_refuse", "Rejection", "_outcome"):
        literals = [a for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if not literals or not re.fullmatch("[a-z_]+", literals[0].value):
            assert path in PASSED_ON, f"{path}:{call.lineno} rejects a file with a code that is written elsewhere"
            continue
        told = [t for a in call.args[call.args.index(literals[0]) + 1 :] if (t := samples(a)) is not None][:2]
        numbers = [number for _, put_in in told for number in put_in]
        found.append((literals[0].value, "; expected ".join(text for text, _ in told), numbers))
    for _, call in calls("Allowance"):
        if len(call.args) > 1:
            found.append(
                ("too_large", f"{samples(call.args[1])[0]} 701 bytes; expected a form of a few pages", ["701"])
            )
    for kind, code in (("TooMuch", "too_large"), ("Damaged", "broken_pdf")):
        for _, call in calls(kind):
            text, numbers = samples(call.args[0]) or ("", [])
            if code == "broken_pdf":
                text, numbers = f"the PDF is damaged or cut off ({text})", [] if INSIDE.search(text) else numbers
            found.append((code, f"{text}; expected a form of a few pages; check who made this file", numbers))
    return found


REJECTIONS = rejections()


def is_english(text: str) -> bool:
    """Whether three words in a row are no Thai: names of products and columns stand alone."""
    return re.search(r"[A-Za-z]{2,}([ ,;]+[A-Za-z]{2,}){2,}", text) is not None


def test_the_source_is_searched_where_files_are_rejected():
    codes = {code for code, _, _ in REJECTIONS}
    assert {"empty_file", "short_read", "not_in_archive", "no_text_layer", "broken_pdf", "reader_timeout"} <= codes
    assert len(REJECTIONS) > 50


def test_every_code_of_a_rejected_file_has_its_own_words_and_none_is_left_over():
    assert {code for code, _, _ in REJECTIONS} | {"not_a_form"} == set(load_rejections()) - {OTHER}


@pytest.mark.parametrize(("code", "reason", "numbers"), REJECTIONS, ids=lambda v: v[:40] if isinstance(v, str) else "")
def test_a_rejection_is_told_in_thai_with_its_numbers(code, reason, numbers):
    told = why_rejected(code, f"inbox/ก ข.pdf: {reason}; deliver the file again")
    assert re.search("[ก-๎]", told)
    assert not is_english(told)
    assert "ก ข.pdf" not in told
    assert [n for n in numbers if n not in told] == []
    assert "{" not in told
    for text in (rejection_words(code).title, rejection_words(code).todo):
        assert re.search("[ก-๎]", text)
        assert not is_english(text)


@pytest.mark.parametrize(
    "case", [c for w in load_rejections().values() for c in w.phrases.cases], ids=lambda c: c.en[:40]
)
def test_a_case_that_no_reason_falls_under_is_found_out(case):
    reasons = [f"inbox/a.pdf: {reason}; deliver the file again" for _, reason, _ in REJECTIONS]
    made = [  # those that the source puts together from pieces
        "a link to a folder;", "a pipe;", "a socket;", "a device;", "a link in an archive;", "a link on a server;",
        "its streams unpack to more than 7 bytes; ", "an encrypted stream is longer than 7 bytes;",
        "7 bytes of utf-16-le hold other letters than Thai from line 9 on (a byte is missing)",
        "7 bytes or more; expected at most 3;", "a dump of 7 bytes; expected at most 3;",
        "only 0 of the form's headings and titles were found, expected at least 9 of «แบบ»; take it out",
        "only 2 of the form's headings and titles were found, expected at least 9 of «แบบ»; take it out",
        "no text (pages: 2, images: 0); expected", "no text (pages: 2, images: 1); expected", "its ToUnicode tables are longer than 7 bytes;",
        *(f"{kind}; expected" for kind in KINDS),
    ]  # fmt: skip
    assert any(case.values_in(reason) is not None for reason in [*reasons, *made]), case.en


def kinds_of_files() -> list[str]:
    from extract.read import _MAGIC

    return [*dict.fromkeys(words for _, _, words in _MAGIC), "a web page", "a file of unknown binary content"]


KINDS = kinds_of_files()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_that_is_no_form_is_named(kind):
    other = load_rejections()["not_a_form_file"].phrases.other
    reason = f"inbox/a.docx: {kind}; expected a PDF or a text dump of the form; export the form"
    assert why_rejected("not_a_form_file", reason) != other


@pytest.mark.parametrize("code", ["something_new", "", None])
def test_a_code_that_nobody_has_words_for_is_told_in_thai_all_the_same(code):
    told = why_rejected(code, "inbox/a.pdf: it is upside down; expected it the right way up; turn it")
    assert told == load_rejections()[OTHER].phrases.other
    assert not is_english(told)


def test_a_reason_of_an_older_version_still_has_the_words_of_its_code():
    assert why_rejected("broken_pdf", "something else") == "ไฟล์ PDF เสียหายหรือส่งมาไม่ครบ"
    assert why_rejected("broken_pdf", None) == "ไฟล์ PDF เสียหายหรือส่งมาไม่ครบ"


def test_limits_and_pages_are_kept():
    big = Unreadable("too_large", "33,554,433 bytes or more", "at most 33,554,432", "deliver it in parts, or raise it")
    assert why_rejected("too_large", big.rejection("inbox/a: b; c.pdf").message) == (
        "ไฟล์มีขนาดตั้งแต่ 33,554,433 ไบต์ขึ้นไป เกินที่รับได้ (33,554,432 ไบต์)"
    )
    scanned = Unreadable("no_text_layer", "no text (pages: 3, images: 4)", "a PDF with text", "export the form")
    assert why_rejected("no_text_layer", scanned.rejection("inbox/a.pdf").message).endswith("(3 หน้า 4 ภาพ)")


def test_what_to_do_about_a_rejected_file_depends_on_its_code():
    general = load_catalogue()["file_rejected"].todo_th
    assert "รหัสผ่าน" in remedy("file_rejected", "password_protected", general)
    assert remedy("file_rejected", "something_new", general) == load_rejections()[OTHER].todo
    assert remedy("zero_reports", "password_protected", "บันทึกรายงาน") == "บันทึกรายงาน"


# ---------------------------------------------------------------- lines of the files under data/reference

HEAD = "project_code,field,printed,right,reason,who,when\n"
SIGNED = ",ตรวจแล้ว,ผู้ตรวจ,2026-11-28\n"
P = "50390000-9001"
LINES = {
    "an empty cell": f"{P},project_name,ก,ข,,,\n",
    "an unfilled line": f"{P},project_name,ก,?{SIGNED}",
    "a lost letter": f"{P},project_name,ก,ข\ufffd{SIGNED}",
    "no code": f"5039 ก,project_name,ก,ข{SIGNED}",
    "a copy's name": f"0123456789abcdef-2,project_name,ก,ข{SIGNED}",
    "a copy's code": f"0123456789abcdef-2,project_code,ก,5039{SIGNED}",
    "no field": f"{P},no_such_field,ก,ข{SIGNED}",
    "a whole": f"{P},responsible,ก,ข{SIGNED}",
    "an identity": f"{P},project_code,{P},{P}{SIGNED}",
    "no report": f"{P},reports.date,1,2019-10-25{SIGNED}",
    "no item": f"{P},targets,ก,ข{SIGNED}",
    "no amount": f"{P},budget_spent,0 บาท,มาก: line 3: น้อย{SIGNED}",
    "no percentage": f"{P},reports[1].progress_pct,0,มาก{SIGNED}",
    "no day": f"{P},reports[1].date,0,32/1/2562{SIGNED}",
    "no year": f"{P},fiscal_year_be,0,FY20{SIGNED}",
    "no number": f"{P},strategy.sub_issue_no,0,เจ็ด{SIGNED}",
    "too few cells": "too,few\n",
    "too many cells": "a,b,c,d,e,f,g,h,i\n",
    "an open quote": f'{P},budget_spent,"0 บาท,5 บาท{SIGNED}',
    "a quote inside": f'{P},"project"_name,ก,ข{SIGNED}',
    "said before": f"{P},project_name,ก,ข{SIGNED}{P},project_name,ก,ค{SIGNED}",
    "contradiction": f"{P},project_name,ก,ข{SIGNED}{P},project_name,ข,ก{SIGNED}",
}


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_a_refused_line_is_told_in_thai(lines):
    _, refused = usable({"corrections.csv": HEAD + lines})
    assert refused
    for line in refused:
        told = in_thai("refusals", line.reason)
        assert told != load_phrases("refusals").other, line.reason
        assert not is_english(told.partition("คอลัมน์ที่ต้องมีคือ")[0])


def test_every_kind_of_value_has_words_for_one_that_is_none():
    wrong = {
        "code": "a copy's code",
        "year": "no year",
        "date": "no day",
        "baht": "no amount",
        "percent": "no percentage",
    }
    assert set(_KINDS) == set(wrong)


def test_a_refused_line_says_what_it_holds_and_what_is_right():
    _, (line,) = usable({"corrections.csv": HEAD + LINES["no amount"]})
    assert in_thai("refusals", line.reason) == (
        "ช่อง right เป็น “มาก: line 3: น้อย” ซึ่งอ่านเป็นจำนวนเงินไม่ได้ ตัวอย่างที่ถูกต้อง: 180,000"
    )
    _, refused = usable({"corrections.csv": HEAD + LINES["contradiction"]})
    assert {in_thai("refusals", r.reason) for r in refused} == {
        "บรรทัดที่ 2 และ 3 ขัดแย้งกัน เป็นจริงพร้อมกันไม่ได้ ให้เหลือไว้บรรทัดเดียว"
    }


def test_a_reason_may_quote_a_text_of_any_length_and_any_words():
    text = "ก line 3: ข is already corrected to ค: " * 500
    place = "data/reference/corrections.csv line 2"
    claim = f"{place}: {text!r} is already corrected to {text!r}; keep one of the lines"
    assert in_thai("refusals", claim).startswith("มีบรรทัดก่อนหน้าแก้ข้อความเดียวกันนี้")
    assert in_thai("refusals", f"{place}: {text}") == load_phrases("refusals").other


def test_the_name_of_a_file_may_hold_the_words_of_a_reason():
    reason = "inbox/2 of 9 bytes arrived;.pdf: 100 of 2,000 bytes arrived; expected all of them; try again"
    assert why_rejected("short_read", reason) == "รับไฟล์ได้ไม่ครบ ได้ 100 จาก 2,000 ไบต์"


def test_a_file_with_another_head_and_an_unknown_reason_are_told_in_thai():
    _, (line,) = usable({"corrections.csv": "project_code;field\n1;2\n"})
    assert in_thai("refusals", line.reason).startswith("หัวตารางไม่ครบ")
    assert in_thai("refusals", "data/reference/corrections.csv line 2: it is green") == load_phrases("refusals").other


@pytest.mark.parametrize(
    ("register", "text"),
    [
        (CONTACTS, "kind,name,email\nfriend,ก,a@b.example\n"),
        (CONTACTS, "kind,name,email\ncoordinator,ก,somewhere\n"),
        (CONTACTS, "kind,name\n"),
        (MUTES, "finding_id,rule,project_code,until,reason,who,when\n,,,2027-01-01,ก,ข,\n"),
        (MUTES, "finding_id,rule,project_code,until,reason,who,when\n1,,,เร็ว ๆ นี้,ก,ข,\n"),
        (MUTES, "finding_id,rule,project_code,until,reason,who,when\n1,,,-,ก,ข,\n"),
    ],
)
def test_lines_of_contacts_and_mutes_that_cannot_be_used_are_told_in_thai(register, text):
    _, faults = read_usable({register.name: text}, register)
    assert faults
    for fault in faults:
        assert in_thai("refusals", fault) != load_phrases("refusals").other, fault


# ---------------------------------------------------------------- sources, and what forbids publishing


@pytest.mark.parametrize(
    "call",
    [call for _, call in calls("SourceUnavailable", rooms=("extract", "flows"))],
    ids=lambda c: f"line {c.lineno}",
)
def test_a_source_that_cannot_be_listed_is_told_in_thai(call):
    reason, _ = samples(call.args[0])
    told = in_thai("unavailable", reason)
    assert any(case.values_in(reason) is not None for case in load_phrases("unavailable").cases), reason
    assert not is_english(told)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (
            "dim_project.agency_name: ExpectColumnValuesToNotBeNull failed for 2 of 50 rows",
            "dim_project.agency_name ไม่ผ่านการตรวจ 2 จาก 50 แถว (ExpectColumnValuesToNotBeNull)",
        ),
        (
            "decision.x: ExpectCopiesToAgree could not run: the frame decision was not built",
            "ตรวจ decision.x ไม่ได้ เพราะไม่มีตาราง decision",
        ),
        (
            "decision.x: ExpectCopiesToAgree could not run: a: b failed for 1 of 2",
            "ตรวจ decision.x ไม่ได้ เพราะการตรวจขัดข้อง (ExpectCopiesToAgree)",
        ),
        ("something else", "การตรวจข้อหนึ่งไม่ผ่าน (ดูตาราง quality.expectation_result)"),
    ],
)
def test_what_forbids_publishing_is_told_in_thai(sentence, words):
    assert in_thai("blocking", sentence) == words


# ---------------------------------------------------------------- which project a copy is of

NOTE_MODULES = ("identity", "damaged_codes", "headless")


def notes() -> list[str]:
    """Every note that the source can leave on a copy, the pieces of one put together."""
    rest = ", and this copy is not of its project"
    little = ", and too little of this copy is left to tell which it is"
    code, remedy_ = (
        "50390000-9001",
        "; correct the code in the source document, or assign the copy in data/reference/corrections.csv",
    )
    shared, since = (
        f"code {code} is printed by 3 different projects",
        f"code {code} is of another agency, year or name since 2026-11-20",
    )
    return [
        "assigned by a line of data/reference/corrections.csv",
        f"prints 50390000-9002, one digit from {code}; what stands beside the code is that project's",
        f"prints 5039O000 33b7, which cannot be read in full; all else is that of {code}",
        f"no readable code is printed; reads like {code} in the same file, and like no other project there",
        f"no readable code is printed; several copies read like {code} but are not of one project{remedy_}",
        f"no readable code is printed, and the copy reads like no project of its file{remedy_}",
        f"no readable code is printed, and the copy reads like 2 projects of its file{remedy_}",
        f"code {code} is printed by copies that differ{little}{remedy_}",
        f"code {code} was another project's on 2026-11-20{little}{remedy_}",
        f"{since}{rest}{remedy_}", f"{since}{rest}{little}{remedy_}",
        f"{shared}{rest}{remedy_}", f"{shared}{rest}{little}{remedy_}",
    ]  # fmt: skip


@pytest.mark.parametrize("note", notes(), ids=lambda note: note[:60])
def test_why_a_copy_belongs_to_a_project_is_told_in_thai(note):
    told = in_thai("identity", note)
    assert told != load_phrases("identity").other
    assert not is_english(told)
    assert "2026" not in told


def written_in(module: str) -> Iterator[str]:
    """The texts of three words and more in a module, without its docstrings."""
    tree = ast.parse((ROOT / "transform" / f"{module}.py").read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            words = node.value.split()
            if len(words) > 2:
                yield node.value.strip(" ,;")


def test_every_case_about_copies_is_one_of_the_notes():
    for case in load_phrases("identity").cases:
        assert any(case.values_in(note) is not None for note in notes()), case.en


@pytest.mark.parametrize("module", NOTE_MODULES)
def test_a_note_that_has_no_thai_words_is_found_out(module):
    known = " ".join(notes())
    assert [text for text in written_in(module) if text not in known] == []
