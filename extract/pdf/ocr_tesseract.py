"""Tesseract, run once per page on the pictures of its lines."""

from __future__ import annotations

import contextlib
import html
import os
import re
import resource
import shutil
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from extract.pdf.ocr_text import Sign

if TYPE_CHECKING:
    from PIL import Image

_ONE_LINE = "7"
_MEMORY_ERRORS = ("std::bad_alloc", "out of memory", "malloc")
_ITEM = re.compile(
    r"id='page_(\d+)'|x_wconf (\d+)"
    r"|<span class='ocrx_cinfo' title='x_bboxes (\d+) \d+ (\d+) \d+; x_conf ([\d.]+)'>([^<]*)</span>"
)


class TesseractFailed(Exception):
    """The program ended without a result; the message says how."""


def program() -> str | None:
    """The path of Tesseract, None where it is not installed."""
    return shutil.which("tesseract")


@cache
def languages_installed() -> frozenset[str]:
    """The languages whose data lie where this Tesseract looks for them; found without starting it.

    Places: TESSDATA_PREFIX, else `share/` of the tree the program is installed in.
    """
    path = program()
    if path is None:
        return frozenset()
    prefix = os.environ.get("TESSDATA_PREFIX")
    tree = Path(path).resolve().parent.parent / "share"
    if prefix:
        folders = [Path(prefix), Path(prefix) / "tessdata"]
    else:
        folders = [tree / "tessdata", tree / "tesseract" / "tessdata", *tree.glob("tesseract-ocr/*/tessdata")]
    return frozenset(file.stem for folder in folders for file in folder.glob("*.traineddata"))


def signs_of(pictures: list[Image.Image], languages: str, seconds: float) -> list[list[Sign]]:
    """The signs in each picture of one line, from left to right; at most `seconds` for all. Raises TesseractFailed."""
    if not pictures:
        return []
    file = BytesIO()
    pictures[0].save(file, "TIFF", save_all=True, append_images=pictures[1:])
    lines: list[list[Sign]] = [[] for _ in pictures]
    current, of_word = lines[0], 0.0
    for page, word, left, right, confidence, text in _ITEM.findall(_run(file.getvalue(), languages, seconds)):
        if page:
            current = lines[int(page) - 1]
        elif word:
            of_word = float(word)
        else:
            least = min(of_word, float(confidence))
            current.extend(Sign(sign, float(left), float(right), least) for sign in html.unescape(text))
    return lines


def _run(pictures: bytes, languages: str, seconds: float) -> str:
    path = program()
    if path is None:
        raise TesseractFailed("the program is not installed")
    names = [name for name in languages.split("+") if name in languages_installed()]
    command = [path, "stdin", "stdout", "-l", "+".join(names), "--psm", _ONE_LINE, "-c", "hocr_char_boxes=1", "hocr"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # the workers that read files use every core already
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    if hasattr(resource, "prlimit"):  # so that it ends by itself when the worker that waits for it is killed
        limit = int(seconds) + 1
        with contextlib.suppress(OSError):
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (limit, limit))
    try:
        out, err = process.communicate(pictures, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TesseractFailed(f"no result after {seconds:.0f} seconds") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode:
        complaint = err.decode("utf-8", "replace")
        is_memory = any(words in complaint for words in _MEMORY_ERRORS)
        raise TesseractFailed("not enough memory" if is_memory else f"exit code {process.returncode}")
    return out.decode("utf-8", "replace")
