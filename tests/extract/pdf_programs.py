"""PDFs of invented forms by Chromium, Ghostscript and qpdf, where they are installed: for the benchmark, never for a test."""

from __future__ import annotations

import html
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from data.samples.generator import pdf as samples
from data.samples.generator.facts import Project
from data.samples.generator.paper import form_rows
from tests.extract.pdf_corpus import Made, facts_of, running_title

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_PROGRAM_SECONDS = 90


def by_programs(*projects: Project, only: Sequence[str] = ("chromium", "gs", "qpdf")) -> Iterator[Made | str]:
    """The forms by programs that may be there; the name of one that is not, instead of its PDFs."""
    facts = facts_of(*projects)
    sources = {"fpdf2": samples.fpdf2_pdf(projects, shaped=False), "reportlab": samples.reportlab_pdf(projects)}
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None) if "chromium" in only else None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if chromium:
            (place / "form.html").write_text(_page_of_html(projects), encoding="utf-8")
            command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
            command += [f"--user-data-dir={place / 'profile'}", f"--print-to-pdf={place / 'out.pdf'}"]
            yield _made("chromium", [*command, (place / "form.html").as_uri()], place, facts)
        elif "chromium" in only:
            yield "chromium"
        for program, variants in _REWRITES.items():
            if program not in only:
                continue
            if not shutil.which(program):
                yield program
                continue
            for name, options in variants.items():
                for source, data in sources.items():
                    if (program, source) == ("gs", "reportlab"):
                        continue  # it loses the meaning of every glyph
                    (place / "in.pdf").write_bytes(data)
                    command = [program, *(str(place / o) if o.endswith(".pdf") else o for o in options)]
                    yield _made(f"{name}_{source}", command, place, facts)


_REWRITES = {
    "gs": {
        "gs": ["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-o", "out.pdf", "in.pdf"],
    },
    "qpdf": {
        "qpdf_linear": ["--linearize", "in.pdf", "out.pdf"],
        "qpdf_objects": ["--object-streams=generate", "--coalesce-contents", "in.pdf", "out.pdf"],
        "qpdf_aes256": ["--encrypt", "", "owner", "256", "--", "in.pdf", "out.pdf"],
    },
}


def _made(name: str, command: Sequence[str], place: Path, facts: tuple[tuple[str, ...], ...]) -> Made | str:
    result = place / "out.pdf"
    result.unlink(missing_ok=True)
    try:
        subprocess.run(command, capture_output=True, timeout=_PROGRAM_SECONDS, check=True)
        return Made(name, result.read_bytes(), facts)
    except (subprocess.SubprocessError, OSError) as error:
        return f"{name} ({type(error).__name__})"


def _page_of_html(projects: Sequence[Project]) -> str:
    rows = []
    for project in projects:
        rows.append(f"<h3>{html.escape(running_title())}</h3>")
        for row in form_rows(project):
            cells = "".join(f"<td>{html.escape(text)}</td>" for _, text in row.cells)
            rows.append(f"<table><tr>{cells}</tr></table>")
    font = samples.FONT_FILE.as_uri()
    style = f"@font-face{{font-family:F;src:url({font})}} *{{font:11pt F}} td{{vertical-align:top;padding-right:1em}}"
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>" + "\n".join(rows)
