"""What is read in pictures of forms, and at what cost: `python tests/benchmarks/bench_ocr.py [--shared FOLDER]`.

Scans are made from the shared PDFs: drawn at a resolution, turned, blurred, with noise and JPEG. Each is read with
each setting and parsed as a night would; typed values (codes, dates, amounts, percentages, numbers, status words) and
texts are compared with the facts printed in it. `wrong` counts typed values that are there and not right, and apart
from status words those that no list of known words can catch. Needs Tesseract with Thai; seconds are those of a core
that is not shared.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

from extract.document import Document, Doubt, Line, Page, ReadResult, SourceFile
from extract.pdf import ocr, ocr_lines
from extract.pdf.repair import repair
from flows.settings import Settings
from flows.stages import registers_of
from tests.extract.pdf_bytes import SHARED_PDFS
from transform.documents import as_document
from transform.form import load_form
from transform.night import read_file, reconcile_night

NIGHT = date(2026, 1, 5)
FORM = load_form()
REGISTERS = registers_of(Settings())
STATUS = ("plan_status", "target_status")
Lines = dict[int, list[str]]


class Scan(NamedTuple):
    """How a page came to be a picture: resolution, degrees it lies askew, blur, noise, quality of the JPEG (0: 1 bit)."""

    dpi: int
    degrees: float
    blur: float
    noise: float
    jpeg: int


GOOD = Scan(300, 0.4, 0.9, 0, 0)
USUAL = Scan(200, 0.4, 0.7, 8, 60)
POOR = Scan(150, -0.4, 0.4, 6, 70)
ASKEW = Scan(200, 1.2, 0.5, 5, 75)
SCANS = [
    ("lo_docx_sarabun_B", USUAL),
    ("chromium_table_C", GOOD),
    ("chromium_noto_cols_B", USUAL),
    ("wkhtml_cols_sarabun_C", POOR),
    ("weasy_noto_C", ASKEW),
    ("reportlab_shaped_B", GOOD),
]


def scanned(path: Path, scan: Scan) -> bytes:
    """The pages of a PDF as pictures in a PDF."""
    rng = np.random.default_rng(1)
    pages = []
    for page in pypdfium2.PdfDocument(path):
        picture = page.render(scale=scan.dpi / 72, grayscale=True).to_pil().convert("L")
        picture = picture.rotate(scan.degrees, Image.Resampling.BICUBIC, fillcolor=255)
        picture = picture.filter(ImageFilter.GaussianBlur(scan.blur))
        noisy = np.asarray(picture) + rng.normal(0, scan.noise, (picture.height, picture.width))
        picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
        pages.append(picture if scan.jpeg else picture.point(lambda value: 255 if value > 150 else 0).convert("1"))
    file = BytesIO()
    quality = {"quality": scan.jpeg} if scan.jpeg else {}
    pages[0].save(file, "PDF", resolution=scan.dpi, save_all=True, append_images=pages[1:], **quality)
    return file.getvalue()


def whole_page(languages: str) -> Callable[[bytes], Lines]:
    """Tesseract as it comes: the page drawn at 300 dpi, one block of text."""

    def read(data: bytes) -> Lines:
        lines = {}
        for number, page in enumerate(pypdfium2.PdfDocument(data), 1):
            file = BytesIO()
            page.render(scale=300 / 72, grayscale=True).to_pil().convert("L").save(file, "PNG", compress_level=1)
            command = ["tesseract", "-", "-", "-l", languages, "--psm", "6", "-c", "preserve_interword_spaces=1"]
            one_core = {**os.environ, "OMP_THREAD_LIMIT": "1"}
            done = subprocess.run(command, input=file.getvalue(), capture_output=True, check=True, env=one_core)
            text = done.stdout.decode()
            lines[number] = [re.sub(" +", " ", line) for line in text.splitlines() if line.strip()]
        return lines

    return read


def line_by_line(letter_height: int) -> Callable[[bytes], Lines]:
    """As kaona reads, with consonants of this height."""

    def read(data: bytes) -> Lines:
        usual = ocr_lines.LETTER_HEIGHT
        ocr_lines.LETTER_HEIGHT = letter_height
        try:
            return ocr.recognise(data, list(range(1, len(pypdfium2.PdfDocument(data)) + 1)))
        finally:
            ocr_lines.LETTER_HEIGHT = usual

    return read


SETTINGS: dict[str, Callable[[bytes], Lines]] = {
    "page, tha": whole_page("tha"),
    "page, tha+eng": whole_page("tha+eng"),
    "lines, 24 pixels": line_by_line(24),
    "lines, 32 pixels": line_by_line(32),
    "lines, 40 pixels": line_by_line(40),
}


def forms_in(lines: Lines) -> Iterator[dict]:
    """What a night makes of the lines."""
    pages = tuple(
        Page(number, tuple(Line(number, at, text) for at, text in enumerate(texts, 1)), is_ocr=True)
        for number, texts in lines.items()
    )
    document = Document(pages, "application/pdf", doubts=tuple(Doubt(page.number, 0, "ocr") for page in pages))
    reading = read_file(ReadResult(SourceFile("0" * 64, "scan.pdf", NIGHT, 1), "application/pdf", "", document), FORM)
    night = reconcile_night(NIGHT, [reading], REGISTERS, FORM)
    return (as_document(delivery, FORM, [], []) for delivery in night.deliveries)


def values(form: dict) -> tuple[dict[str, object], dict[str, str]]:
    """The typed values and the texts of a form by name."""
    strategy = form["strategy"] or {}
    typed = {key: form[key] for key in ("project_code", "fiscal_year_be", "start_date", "end_date")}
    typed |= {key: form[key] for key in ("budget_received", "budget_spent")}
    typed |= {key: strategy.get(key) for key in ("issue_no", "sub_issue_no", "goal_no")}
    texts = {"project_name": form["project_name"]}
    texts |= {key: strategy.get(key) for key in ("issue_name", "issue_name_en", "sub_issue_name", "goal_text")}
    for key in ("agency_path", "objectives", "targets"):
        texts |= {f"{key}[{index}]": text for index, text in enumerate(form[key])}
    for key in ("responsible", "coordinator"):
        person = form[key] or {"people": [], "phone": None}
        texts[key] = " ".join(someone["name"] for someone in person["people"])
        typed[f"{key} phone"] = "".join((person["phone"] or "").split()) or None
    for report in form["reports"]:
        keys = ("date", "progress_pct", "disbursed_baht", *STATUS)
        typed |= {f"{report['seq']} {key}": report[key] for key in keys}
        texts[f"{report['seq']} text"] = report["status_text"]
    return typed, {key: "".join((text or "").split()) for key, text in texts.items()}


def compare(lines: Lines, facts: dict) -> Counter[str]:
    """Values of the facts that came out, and typed values that came out and are not there."""
    repaired = {n: [t for line in texts if (t := repair(line, Counter()).strip())] for n, texts in lines.items()}
    typed, texts = values(facts)
    counted = Counter(typed=len(typed), texts=len(texts))
    form = next(iter(forms_in(repaired)), None)
    if form is None:
        return counted
    found_typed, found_texts = values(form)
    counted["typed right"] = sum(found_typed.get(key) == value for key, value in typed.items())
    counted["texts right"] = sum(found_texts.get(key) == value for key, value in texts.items())
    wrong = [key for key, value in found_typed.items() if value is not None and value != typed.get(key)]
    counted["wrong status"] = sum(key.endswith(STATUS) for key in wrong)
    counted["wrong other"] = len(wrong) - counted["wrong status"]
    return counted


def main() -> None:
    """Read every scan with every setting and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=SHARED_PDFS, help="folder of the shared PDFs")
    shared = parser.parse_args().shared
    if not ocr.is_available():
        print("tesseract with Thai is not installed: nothing to measure")
        return
    facts = json.loads((shared / "facts.json").read_text(encoding="utf-8"))
    files = [(f"{name}, {scan.dpi} dpi", name[-1], scanned(shared / f"{name}.pdf", scan)) for name, scan in SCANS]
    files += [(name, name[-1], (shared / f"{name}.pdf").read_bytes()) for name in ("scan_ocr_B", "scan_150gray_C")]
    print(f"{'setting':18}{'file':34}{'pages':>6}{'s/page':>8}{'typed':>9}{'texts':>8}{'wrong status':>14}{'other':>7}")
    for setting, read in SETTINGS.items():
        total: Counter[str] = Counter()
        for name, content, data in files:
            began = time.perf_counter()
            lines = read(data)
            counted = compare(lines, facts[content])
            counted |= Counter(pages=len(lines), ms=round(1000 * (time.perf_counter() - began)))
            show(setting, name, counted)
            total += counted
        show(setting, "all", total)


def show(setting: str, name: str, c: Counter[str]) -> None:
    """Print one line of the table."""
    typed, texts = f"{c['typed right']}/{c['typed']}", f"{c['texts right']}/{c['texts']}"
    seconds = c["ms"] / 1000 / max(1, c["pages"])
    print(
        f"{setting:18}{name:34}{c['pages']:6}{seconds:8.2f}{typed:>9}{texts:>8}{c['wrong status']:14}{c['wrong other']:7}",
        flush=True,
    )


if __name__ == "__main__":
    main()
