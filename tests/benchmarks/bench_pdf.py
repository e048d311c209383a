"""What reading a page of PDF costs and how much of the form it finds, beside other readers: `python tests/benchmarks/bench_pdf.py --full`.

Files: ../shared/pdf where it is there (those that can be read), and invented forms by the producers of
tests/extract/pdf_corpus.py. Every reader reads every file in turn, several rounds; the time of a file is the median
of its processor times, in this process and in the programs it starts. Ratios are what counts. Facts are what the forms
print, compared without white space; `repaired` is after kaona's repair of glyphs, which ours has done already. Memory
is the peak of a fresh process that reads all the files with one reader, Python itself included. Nothing is read by OCR.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.extract.pdf_corpus import Made

Read = Callable[[bytes], str]
BASE = "pdfminer default"
FAST_FILES = (
    "chromium_table_C.pdf",
    "lo_docx_sarabun_B.pdf",
    "mpdf_sarabun_B.pdf",
    "wkhtml_cols_sarabun_C.pdf",
    "itext217_cp874_C.pdf",
    "tcpdf_html_sarabun_B.pdf",
    "hand_kerned",
    "hand_cp874",
    "fpdf2_shaped",
    "reportlab_plain",
)


# ---------------------------------------------------------------- readers


def ours(data: bytes) -> str:
    """The whole of read_pdf, repair and judgement included."""
    return _read(data, second_reader=False)


def ours_with_second_reader(data: bytes) -> str:
    """The same with PDFium beside it."""
    return _read(data, second_reader=True)


def ours_stock(data: bytes) -> str:
    """Our device under pdfminer's own interpreter; drawing only."""
    from extract.pdf.interpreter import PageInterpreter

    return _drawn(data, PageInterpreter)


def ours_drawing(data: bytes) -> str:
    """Our device under our scanner; drawing only."""
    from extract.pdf.scanner import PageScanner

    return _drawn(data, PageScanner)


def _read(data: bytes, *, second_reader: bool) -> str:
    from extract.options import Options
    from extract.pdf.reader import read_pdf

    document = read_pdf(data, Options(second_reader=second_reader, ocr=False))
    return "\n".join(line.text for line in document.lines())


def _drawn(data: bytes, interpreter_class: type) -> str:
    from extract.pdf.objects import BoundedDocument
    from extract.pdf.reader import draw_pages

    pages, _ = draw_pages(BoundedDocument(data), data, interpreter_class=interpreter_class)
    return "\n".join(line.text for page in pages for line in page.lines)


def pdfminer_default(data: bytes) -> str:
    """`extract_text` as it comes."""
    from pdfminer.high_level import extract_text

    return extract_text(io.BytesIO(data))


def pdfminer_tuned(data: bytes) -> str:
    """`extract_text` with the layout parameters that were best for this form."""
    from pdfminer.high_level import extract_text
    from pdfminer.layout import LAParams

    tuned = LAParams(boxes_flow=None, char_margin=200, line_overlap=0.3, word_margin=0.2, line_margin=0.01)
    return extract_text(io.BytesIO(data), laparams=tuned)


def by_pdfplumber(data: bytes) -> str:
    """`extract_text` of every page."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def by_pdfium(data: bytes) -> str:
    """The whole text of every page."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        texts = []
        for page in pdf:
            text = page.get_textpage()
            texts.append(text.get_text_range())
            text.close()
            page.close()
        return "\n".join(texts)
    finally:
        pdf.close()


def by_pdftotext(data: bytes) -> str:
    """`pdftotext -raw`, one process per file."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        command = ["pdftotext", "-raw", "-enc", "UTF-8", file.name, "-"]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")


READERS: dict[str, Read] = {
    BASE: pdfminer_default,
    "pdfminer tuned": pdfminer_tuned,
    "pdfplumber": by_pdfplumber,
    "pypdfium2": by_pdfium,
    "pdftotext -raw": by_pdftotext,
    "kaona": ours,
    "kaona + second reader": ours_with_second_reader,
    "  drawing only": ours_drawing,
    "  drawing, stock interp.": ours_stock,
}


def missing(name: str) -> bool:
    """Whether what a reader needs is not installed."""
    if name == "pdftotext -raw":
        return shutil.which("pdftotext") is None
    module = {"pdfplumber": "pdfplumber", "pypdfium2": "pypdfium2", "kaona + second reader": "pypdfium2"}.get(name)
    if module is None:
        return False
    try:
        __import__(module)
    except ImportError:
        return True
    return False


# ---------------------------------------------------------------- files


def shared_files() -> Iterator[Made]:
    """The PDFs of ../shared that have a text layer of any use."""
    from tests.extract.pdf_bytes import SHARED_PDFS
    from tests.extract.pdf_corpus import Made
    from tests.extract.test_pdf_producers import printed_facts

    if not SHARED_PDFS.is_dir():
        print("../shared/pdf is not beside this checkout: invented forms only")
        return
    forms = json.loads((SHARED_PDFS / "facts.json").read_text(encoding="utf-8"))
    for entry in json.loads((SHARED_PDFS / "manifest.json").read_text(encoding="utf-8")):
        if not entry["expect"].startswith("rejected"):
            facts = tuple(fact for form in entry["docs"] for fact in printed_facts(forms[form]) if None not in fact)
            yield Made(entry["file"], (SHARED_PDFS / entry["file"]).read_bytes(), facts)


def corpus(projects: int) -> Iterator[Made]:
    """Invented forms by hand and by libraries."""
    from tests.extract.pdf_corpus import by_hand, by_libraries, invented

    made = invented(projects)
    yield from by_hand(*made)
    yield from by_libraries(*made)


def of_programs(projects: int) -> Iterator[Made]:
    """Invented forms by programs; those that are not installed are named."""
    from tests.extract.pdf_corpus import invented
    from tests.extract.pdf_programs import by_programs

    for made in by_programs(*invented(projects)):
        if isinstance(made, str):
            print(f"not installed, or failed: {made}")
        else:
            yield made


def files(arguments: argparse.Namespace) -> list[Made]:
    """What the options ask for."""
    chosen: list[Made] = []
    if arguments.files in ("all", "shared"):
        chosen += shared_files()
    if arguments.files in ("all", "corpus"):
        chosen += corpus(arguments.projects)
        if not arguments.fast and not arguments.no_programs:
            chosen += of_programs(arguments.projects)
    if arguments.fast:
        chosen = [file for file in chosen if file.name in FAST_FILES]
    if arguments.only:
        chosen = [file for file in chosen if any(part in file.name for part in arguments.only)]
    return chosen


def pages_of(data: bytes) -> int:
    """How many pages the file has."""
    from pdfminer.pdfpage import PDFPage

    from extract.pdf.objects import BoundedDocument

    return sum(1 for _ in PDFPage.create_pages(BoundedDocument(data)))


# ---------------------------------------------------------------- measuring


def processor_seconds() -> float:
    """Of this process and of the programs that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(read: Read, data: bytes) -> tuple[float, str]:
    """Processor seconds and the text; an error is a text without facts, as a caller would have it."""
    gc.collect()
    begin = processor_seconds()
    try:
        text = read(data)
    except Exception as error:
        text = f"({type(error).__name__})"
    return processor_seconds() - begin, text


def found(text: str, facts: Sequence[Sequence[str]]) -> int:
    """How many facts the text holds, without white space and the running title."""
    from tests.extract.pdf_corpus import running_title
    from tests.extract.test_pdf_producers import squeezed

    whole = squeezed(text).replace(squeezed(running_title()), "")
    return sum(any(squeezed(way) in whole for way in fact) for fact in facts)


def peak_mebibytes(name: str, chosen: Sequence[Made]) -> float:
    """Peak memory of a fresh process that reads all files with one reader, and of the programs that it starts."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, file in enumerate(chosen):
            paths.append(Path(folder) / f"{number}.pdf")
            paths[-1].write_bytes(file.data)
        command = [sys.executable, str(Path(__file__)), "--peak-of", name, *map(str, paths)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(told)


def tell_peak(name: str, paths: Sequence[str]) -> None:
    """What the fresh process does: read, then print its peak in MiB."""
    for path in paths:
        timed(READERS[name], Path(path).read_bytes())
    print(max(own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))


def own_peak() -> float:
    """MiB; Linux's getrusage still counts what the process was forked from, its own table does not."""
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def parsed_arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", choices=("all", "shared", "corpus"), default="all")
    parser.add_argument("--only", nargs="*", metavar="PART", help="only files whose names hold one of these")
    parser.add_argument("--readers", nargs="*", metavar="PART", help="only these readers, and pdfminer's default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--projects", type=int, default=2, help="forms in each invented PDF")
    parser.add_argument("--full", action="store_true", help="every file, and memory: some minutes; else half a minute")
    parser.add_argument("--no-programs", action="store_true", help="without Chromium, Ghostscript and qpdf")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--per-file", action="store_true", help="a line for each file as well")
    parser.add_argument("--peak-of", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.fast = not arguments.full
    return arguments


def main() -> None:
    """Measure and print the table."""
    arguments = parsed_arguments()
    if arguments.peak_of:
        tell_peak(arguments.peak_of[0], arguments.peak_of[1:])
        return
    chosen = files(arguments)
    if not chosen:
        sys.exit("no file is left to read: see --files and --only")
    asked = [n for n in READERS if n == BASE or not arguments.readers or any(p in n for p in arguments.readers)]
    absent = [name for name in asked if missing(name)]
    names = [name for name in asked if name not in absent]
    rounds = min(3, arguments.rounds) if arguments.fast else arguments.rounds
    pages = {file.name: pages_of(file.data) for file in chosen}
    for name in names:  # imports, fonts and tables that are read once
        timed(READERS[name], chosen[0].data)
    seconds: dict[tuple[str, str], list[float]] = {}
    texts: dict[tuple[str, str], str] = {}
    for _ in range(rounds):
        for file in chosen:
            for name in names:
                spent, texts[name, file.name] = timed(READERS[name], file.data)
                seconds.setdefault((name, file.name), []).append(spent)
    middle = {key: median(each) for key, each in seconds.items()}
    all_pages, all_facts = sum(pages.values()), sum(len(file.facts) for file in chosen)
    print(f"{len(chosen)} files, {all_pages} pages, {all_facts} facts, {rounds} rounds, median processor time")
    with_memory = not (arguments.fast or arguments.no_memory)
    print(f"{'':26}{'ms/page':>9}{'x default':>11}{'facts':>9}{'repaired':>10}{'whole':>9}{'peak MiB':>10}")
    base = sum(middle[BASE, file.name] for file in chosen)
    for name in asked:
        if name in absent:
            print(f"{name:26}{'not installed':>20}")
            continue
        spent = sum(middle[name, file.name] for file in chosen)
        raw = [found(texts[name, file.name], file.facts) for file in chosen]
        hits = [found(_repaired(texts[name, file.name]), file.facts) for file in chosen]
        whole = sum(hit == len(file.facts) for hit, file in zip(hits, chosen, strict=True))
        peak = f"{peak_mebibytes(name, chosen):.0f}" if with_memory else "-"
        share, repaired = (f"{sum(each) / all_facts:.1%}" for each in (raw, hits))
        of_files = f"{whole}/{len(chosen)}"
        print(
            f"{name:26}{spent / all_pages * 1000:9.2f}{base / spent:11.1f}"
            f"{share:>9}{repaired:>10}{of_files:>9}{peak:>10}"
        )
    if arguments.per_file:
        print_each(chosen, names, pages, middle, texts)


def print_each(
    chosen: Sequence[Made],
    names: Sequence[str],
    pages: dict[str, int],
    middle: dict[tuple[str, str], float],
    texts: dict[tuple[str, str], str],
) -> None:
    """A line for each file: ms/page and repaired facts of each reader."""
    width = max(len(file.name) for file in chosen) + 2
    print(
        "\nms/page and facts found after repair\n" + " " * (width + 7) + "".join(f"{n.strip()[:16]:>18}" for n in names)
    )
    for file in chosen:
        cells = []
        for name in names:
            hits = found(_repaired(texts[name, file.name]), file.facts)
            cells.append(f"{middle[name, file.name] / pages[file.name] * 1000:9.2f} {hits:>4}/{len(file.facts):<3}")
        print(f"{file.name:{width}}{pages[file.name]:>4} p.{''.join(cells)}")


def _repaired(text: str) -> str:
    from extract.pdf.repair import repair

    return "\n".join(repair(line) for line in text.splitlines())


if __name__ == "__main__":
    main()
