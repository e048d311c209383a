"""What people read in Thai holds no English sentence: files that are rejected, lines that are refused, codes in doubt."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from expectations.catalogue import load_catalogue, load_reasons
from expectations.findings import collect
from expectations.report import quality_report_html
from expectations.validate import FAILURE_COLUMNS, Validation
from extract.document import SourceFile
from extract.read import crashed, out_of_memory, read_bytes, rejected, timed_out
from transform.brief import in_numbers
from transform.candidates import UNDECIDED
from transform.form import load_form
from transform.night import read_file
from transform.records import Evidence, FileOutcome, Night, Reading
from transform.refused_lines import usable
from transform.registers import Registers
from transform.tables import Earlier, build_frames, frame_of
from transform.weighing import ORDER

FORM, NIGHT = load_form(), date(2020, 3, 1)
HEAD = "project_code,field,printed,right,reason,who,when\n"
# names of products, formats, files, columns and settings; nobody in an office says them otherwise
NAMES = re.compile(
    r"[\w./-]*\.(?:csv|tsv|toml|pdf|txt|xls|docx?)\b|data/\w+(?:/\w+)*|PDF|OCR|UTF-\d+(?:-[lb]e)?|utf-8|cp874|ToUnicode|"
    r"Unicode|kaona(?: [a-z]+(?: --[a-z-]+)?)?|\b(?:Office|Word|Excel|ZIP|RAR|RTF|gzip|7z|PostScript|pipe|socket)\b|"
    r"\b(?:right|field|sources|project_code|reason|who|when)\b|quality\.finding"
)


def english_in(text: str) -> list[str]:
    """Words in Latin letters that are no names."""
    return re.findall(r"[A-Za-z]{2,}", NAMES.sub("", text))


def read(name: str, data: bytes) -> FileOutcome:
    source = SourceFile(hashlib.sha256(data).hexdigest(), f"inbox/{name}", NIGHT, len(data))
    return read_file(read_bytes(source, data), FORM).outcome


def given_up(name: str) -> FileOutcome:
    source = SourceFile(hashlib.sha256(name.encode()).hexdigest(), f"inbox/{name}", NIGHT, 9)
    reasons = {"slow.pdf": timed_out(source.uri, 20.0), "big.pdf": out_of_memory(source.uri)}
    reason = reasons.get(name, crashed(source.uri, "KeyError"))
    return read_file(rejected(source, "application/pdf", reason), FORM).outcome


FILES = [
    read("ก.docx", b"PK\x03\x04 word"),
    read("ข.txt", b"  \r\n"),
    read("ค.txt", "บันทึกข้อความ เรื่อง ขอเชิญประชุม".encode()),
    read("ง.pdf", b"%PDF-1.7\nnothing else"),
    read("จ.txt", bytes(range(128, 256)) * 40),
    *map(given_up, ("slow.pdf", "big.pdf", "odd.pdf")),
]


def findings(night: Night, registers: Registers | None = None) -> pd.DataFrame:
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in FAILURE_COLUMNS})
    validation = Validation(frame_of(FORM.tables["expectation_result"], []), nothing, False, ())
    objections = pd.DataFrame(
        {name: [] for name in ("rule", "project_code", "field", "report_no", "occurrence", "value", "against")}
    )
    frames, before = build_frames(night, Earlier.nothing()), frame_of(FORM.tables["finding"], [])
    return collect(night, frames, objections, validation, before, FORM, registers=registers)


def said(found: pd.DataFrame, rule: str) -> list[str]:
    return found.loc[found["rule"] == rule, "message_th"].tolist()


def test_rejected_files_are_told_in_thai_and_keep_their_reason_in_english(office):
    assert {f.status for f in FILES} == {"rejected"}
    found = findings(office.night(files=FILES))
    messages = said(found, "file_rejected")
    assert len(messages) == len(FILES)
    assert [english_in(m) for m in messages if english_in(m)] == []
    assert "อ่านไฟล์ ก.docx ไม่ได้: ไฟล์นี้เป็นไฟล์ ZIP หรือไฟล์ Office (เช่น Word, Excel) ไม่ใช่ PDF หรือไฟล์ข้อความ" in messages
    assert any("ภายใน 20 วินาที" in m for m in messages)
    in_english = found.set_index("value")["message_en"]
    assert "not read after 20 seconds; expected a form that is read within" in in_english["reader_timeout"]
    assert set(found.loc[found["rule"] == "file_rejected", "value"]) == {f.code for f in FILES}


def test_the_report_tells_why_a_file_was_rejected_and_what_to_do_in_thai(office):
    night = office.night(files=FILES)
    frames = build_frames(night, Earlier.nothing())
    results = frame_of(FORM.tables["expectation_result"], [])
    validation = Validation(results, pd.DataFrame(), False, ())
    page = quality_report_html(in_numbers(night), frames, frame_of(FORM.tables["finding"], []), validation, FORM)
    table = re.sub(r"<[^>]*>", " ", page.partition("ไฟล์ที่อ่านไม่ได้ (")[2].partition("</table>")[0])
    assert english_in(re.sub(r"\S+\.(?:docx|pdf|txt)", "", table)) == []
    for words in ("ไฟล์ PDF เสียหาย", "บันทึกไฟล์ใหม่เป็น UTF-8", "ไม่พบหัวข้อของแบบรายงานความก้าวหน้าโครงการเลย"):
        assert words in table


def test_a_file_that_is_rejected_for_an_unknown_reason_is_told_in_thai_all_the_same(office):
    odd = replace(FILES[0], code="moon_phase", reason="inbox/ก.docx: it is full moon; expected new moon; wait")
    [message] = said(findings(office.night(files=[odd])), "file_rejected")
    assert message == "อ่านไฟล์ ก.docx ไม่ได้: ระบบอ่านไฟล์นี้ไม่ได้ ด้วยเหตุที่ยังไม่มีคำอธิบายภาษาไทย"


def refused(*lines: str) -> Registers:
    return Registers(refused_corrections=usable({"corrections.csv": HEAD + "".join(lines)})[1])


def test_a_refused_line_of_corrections_is_told_in_thai(office):
    line = f"{office.CODE},budget_spent,0 บาท,มาก,ตรวจแล้ว,ผู้ตรวจ,2020-01-05\n"
    found = findings(office.night(), refused(line))
    [message] = said(found, "correction_refused")
    assert message == (
        "บรรทัดที่ 2 ของ corrections.csv ใช้ไม่ได้ จึงไม่มีผล: ช่อง right เป็น “มาก” ซึ่งอ่านเป็นจำนวนเงินไม่ได้ ตัวอย่างที่ถูกต้อง: 180,000"
    )
    assert '"มาก" is not an amount' in found.loc[found["rule"] == "correction_refused", "message_en"].item()


def test_a_refused_line_tells_no_telephone_number(office):
    lines = [
        f"{office.CODE},responsible.phone,7009,{right},ตรวจแล้ว,ผู้ตรวจ,2020-01-05\n" for right in ("7008", "7007")
    ] + [f"{office.CODE},rationale,ก,โทร. 7006?,,,\n"]
    found = findings(office.night(), refused(*lines))
    told = found.loc[found["rule"] == "correction_refused", ["message_th", "message_en"]].to_numpy().ravel().tolist()
    assert len(told) == 4
    assert not [number for text in told for number in ("7006", "7007", "7008", "7009") if number in text]
    assert any("line 3: '•••' is already corrected to '•••'" in text for text in told)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("prints 50390000-9002, one digit from 50390000-9001; what stands beside the code is that project's", "เพียงหลักเดียว"),
        ("assigned by a line of data/reference/corrections.csv", "data/reference/corrections.csv กำหนดไว้"),
        ("a reason of another version", "ช่อง identity_note"),
    ],
)  # fmt: skip
def test_why_a_copy_counts_as_one_of_a_project_is_told_in_thai(office, note, words):
    first = office.night().copies[0]
    code = Reading("7-1", "project_code", None, Evidence(1, 3, 3, 0, 13, "50390000-9002"), "50390000-9002")
    copy = replace(first, copy_id="7-1", source_sha256="7" * 64, printed_code="50390000-9002", readings=(code,))
    found = findings(office.night(copies=[replace(copy, identity_note=note)]))
    [message] = said(found, "code_misread")
    assert words in message
    assert note not in message
    found = findings(office.night(copies=[replace(copy, identity_note=note, project_code=None)]))
    [message] = said(found, "code_ambiguous")
    assert words in message
    assert note in found.loc[found["rule"] == "code_ambiguous", "message_en"].item()


@pytest.mark.parametrize("rule", load_catalogue().values(), ids=lambda rule: rule.id)
def test_the_thai_words_of_a_rule_hold_no_english(rule):
    for text in (rule.title_th, rule.message_th, rule.todo_th):
        assert english_in(re.sub(r"\{\w+\}", "", text)) == []


@pytest.mark.parametrize(("rule", "words"), load_reasons().items(), ids=load_reasons())
def test_why_a_value_was_chosen_is_said_in_both_languages(rule, words):
    assert re.search("[ก-๎]", words["th"])
    assert english_in(words["th"]) == []
    assert not re.search("[ก-๎]", words["en"])


def test_every_rule_that_decides_between_copies_is_said_in_words():
    others = {"correction", "fitting_word", "most_rows", "recognised"}
    assert (set(ORDER) | UNDECIDED | others) - set(load_reasons()) == set()
