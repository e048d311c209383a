"""PDFs that real programs made, against the facts printed in them."""

import json
import re
from functools import cache

import pytest

from extract.pdf.reader import read_pdf
from extract.rejection import Unreadable
from tests.extract.pdf_bytes import SARABUN, SHARED_PDFS

# What the text layer itself lost, measured; nothing here is due to reading.
LEAST_SHARE = {
    "tcpdf_html_sarabun_B.pdf": 0.82,  # the last table column (plan and target status) is not in the file
    "scan_ocr_B.pdf": 0.60,  # OCR
}

needs_shared = pytest.mark.skipif(not SHARED_PDFS.is_dir(), reason="the shared PDFs are not beside this checkout")
needs_font = pytest.mark.skipif(not SARABUN.is_file(), reason="data/samples/fonts/Sarabun-Regular.ttf is not there")


@cache
def load(name):
    return json.loads((SHARED_PDFS / name).read_text(encoding="utf-8"))


def manifest(prefix):
    if not SHARED_PDFS.is_dir():
        return []
    return [entry["file"] for entry in load("manifest.json") if entry["expect"].startswith(prefix)]


def squeezed(text):
    return re.sub(r"\s+", "", text)


def printed_facts(form):
    """Each fact of a form, as the ways in which it may be printed."""
    strategy = form["strategy"]
    plain = [
        form["project_code"],
        form["project_name"],
        str(form["fiscal_year_be"]),
        form["start_date"],
        form["end_date"],
    ]
    plain += [*form["agency_path"], form["responsible"]["raw"], form["coordinator"]["raw"]]
    plain += [*form["objectives"], *form["targets"]]
    plain += [strategy[key] for key in ("issue_name", "issue_name_en", "sub_issue_name", "goal_text")]
    plain += [indicator["text"] for indicator in strategy["indicators"]]
    yield from ((text,) for text in plain)
    for amount in (form["budget_received"], form["budget_spent"]):
        yield f"{amount:,.2f}", f"{amount:,.0f}"
    for report in form["reports"]:
        year, month, day = map(int, report["date"].split("-"))
        yield f"{day}/{month}/{year + 543}", f"{day:02}/{month:02}/{year + 543}"
        yield f"{report['disbursed_baht']:,.2f}", f"{report['disbursed_baht']:,.0f}"
        yield (f"{report['progress_pct']:.2f}",)
        yield from ((report[key],) for key in ("status_text", "plan_status", "target_status"))


@needs_shared
@pytest.mark.parametrize("name", manifest("read") + manifest("poor"))
def test_the_facts_printed_in_it_are_found(name):
    entry = next(entry for entry in load("manifest.json") if entry["file"] == name)
    document = read_pdf((SHARED_PDFS / name).read_bytes())
    text = squeezed("".join(line.text for line in document.lines()))
    facts = [fact for form in entry["docs"] for fact in printed_facts(load("facts.json")[form])]
    missing = [fact[0] for fact in facts if not any(squeezed(form) in text for form in fact)]
    share = 1 - len(missing) / len(facts)
    assert share >= LEAST_SHARE.get(name, 1.0), missing


@needs_shared
@pytest.mark.parametrize("name", manifest("read") + manifest("poor"))
def test_only_the_scan_with_ocr_is_flagged_as_ocr(name):
    pages = read_pdf((SHARED_PDFS / name).read_bytes()).pages
    assert {page.is_ocr for page in pages} == {name == "scan_ocr_B.pdf"}


@needs_shared
@pytest.mark.parametrize("name", manifest("rejected"))
def test_a_useless_text_layer_is_rejected_for_its_reason(name):
    entry = next(entry for entry in load("manifest.json") if entry["file"] == name)
    expected = entry["expect"].removeprefix("rejected: ").replace(" ", "_")
    with pytest.raises(Unreadable) as caught:
        read_pdf((SHARED_PDFS / name).read_bytes())
    assert caught.value.code == expected


@needs_shared
def test_turning_the_page_changes_nothing():
    upright, turned = (
        [line.text for line in read_pdf((SHARED_PDFS / name).read_bytes()).lines()]
        for name in ("weasy_noto_C.pdf", "rotated_content_C.pdf")
    )
    assert turned == upright


FORM = [
    "ชื่อโครงการ/กิจกรรม : ฟื้นฟูป่าชุ่มน้ำชุมชนริมคลองบัวคล้ำ",
    "รหัสโครงการ... : 50410000-0952",
    "งบประมาณที่ได้รับ : 1,234,567.50 บาท",
    "สิ้นสุดโครงการ : 2021-08-31 00:00:00",
    "ปีที่ ๒ ตั้งแต่ผู้ปู่ย่าเริ่มทำ : เป็นไปตามเป้าหมาย",
]


@needs_font
@pytest.mark.parametrize("is_shaped", [False, True])
def test_a_pdf_of_fpdf2_reads_as_it_was_written(is_shaped):
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.add_font("Sarabun", fname=SARABUN)
    pdf.set_font("Sarabun", size=14)
    pdf.set_text_shaping(is_shaped)
    for text in FORM:
        pdf.cell(text=text, new_x="LMARGIN", new_y="NEXT")
    assert [line.text for line in read_pdf(bytes(pdf.output())).lines()] == FORM


def reportlab_pdf(encryption=None):
    from io import BytesIO

    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(TTFont("Sarabun", str(SARABUN)))
    file = BytesIO()
    canvas = Canvas(file, encrypt=encryption)
    canvas.setFont("Sarabun", 14)
    for index, text in enumerate(FORM):
        canvas.drawString(50, 750 - 20 * index, text)
    canvas.save()
    return file.getvalue()


@needs_font
def test_a_pdf_of_reportlab_reads_as_it_was_written():
    assert [line.text for line in read_pdf(reportlab_pdf()).lines()] == FORM


@pytest.mark.fault(18)
@needs_font
def test_encryption_without_a_password_is_no_obstacle_and_with_one_it_is():
    from reportlab.lib.pdfencrypt import StandardEncryption

    opened = reportlab_pdf(StandardEncryption("", ownerPassword="owner", strength=128))
    assert [line.text for line in read_pdf(opened).lines()] == FORM
    with pytest.raises(Unreadable) as caught:
        read_pdf(reportlab_pdf(StandardEncryption("secret", strength=128)))
    assert caught.value.code == "password_protected"
