"""A night whose forms print what hurts programs: text bombs, formulas, HTML, SQL, headers and addresses, in every field."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text, encode
from data.samples.generator.facts import Project
from data.samples.generator.people import Party
from flows.settings import Settings
from flows.summary import Summary
from tests.extract.pdf_bytes import build_pdf, text_at
from tests.flows.conftest import SAMPLES, run, settings_in
from tests.flows.mail_servers import Inbox, serving, to_server
from tests.flows.test_nights import project

MARKS = "ศาลา" + "\u0e48" * 20_000 + "a\u0301\u0489" * 20_000
LIGATURES = "\ufdfa" * 1_800
TURNED = "ศาลา\u202e\u2066\u200fexe.fdp\u061c \x9b31m"
HEADERS = 'ศาลา "ก", ข; <boss@evil.invalid>\u2028Bcc: all@evil.invalid\u0085To: x@evil.invalid\x0bCc: y@evil.invalid'
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"{{ 7*7 }}{% raw %}"
SQL = "x'); DROP TABLE main.dim_project;-- \""
FORMULAS = ('=HYPERLINK("http://evil.invalid","กด")', "＝1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3+cmd")
ADDRESSES = ("x@evil.invalid", "Bcc: all@evil.invalid", "<boss@evil.invalid>")

TEXTS: dict[str, str] = {
    "marks": MARKS,
    "ligatures": LIGATURES,
    "turned": TURNED,
    "headers": HEADERS,
    "html": HTML,
    "sql": SQL,
    **{f"formula{n}": text for n, text in enumerate(FORMULAS)},
    **{f"address{n}": text for n, text in enumerate(ADDRESSES)},
}
CODES = {name: f"50390000-91{number:02}" for number, name in enumerate((*TEXTS, "halves", "pdf"), start=1)}
GOOD = "form-reportlab.pdf"
LISTED = len(CODES) + 1

# what a code of the PDF's font says it is: a half, nothing, a heap of marks, ligatures, a turn, an escape
_GLYPHS = {
    "\ue000": "D800",
    "\ue001": "0000",
    "\ue002": "0301" * 200,
    "\ue003": "FDFA" * 18,
    "\ue004": "202E",
    "\ue005": "009B",
}


@dataclass(frozen=True)
class HostileNight:
    """The home after the night, what the night said, and the mail server that took its letters."""

    home: Settings
    summary: Summary
    server: Inbox

    @property
    def mails(self) -> list[bytes]:
        """What the server took."""
        return self.server.received


@contextmanager
def hostile_night(folder: Path) -> Iterator[HostileNight]:
    """Run it, with all its pages; the mail server stays up until the end."""
    inbox = folder / "home" / "inbox"
    inbox.mkdir(parents=True)
    for name, text in TEXTS.items():
        (inbox / f"{name}.txt").write_text(printed(CODES[name], text), encoding="utf-8")
    (inbox / "halves.txt").write_bytes(_with_halves(CODES["halves"]))
    (inbox / "twin.pdf").write_bytes(_pdf(CODES["pdf"]))
    shutil.copy(SAMPLES / GOOD, inbox)
    with serving() as (server, port):
        home = to_server(settings_in(folder / "home", write_page=True, data_docs=True), port)
        yield HostileNight(home, run(home), server)


def printed(code: str, text: str) -> str:
    """A form that prints the text wherever it can, and gives everybody something to be told of: two copies differ."""
    one = _hostile(code, text)
    other = replace(one, rationale=(f"{text} ข",), targets=(f"{text} ค",))
    dump = dump_text([Copy(one, STYLE_1), Copy(other, STYLE_2)])
    return dump.replace("**1.3", f"**3. {text}**\n\n{text} : {text}\n\n**1.3", 1)


def _hostile(code: str, text: str) -> Project:
    base = project(7, code)
    first, *others = base.reports
    return replace(
        base, name=text, rationale=(text,), objectives=(text,), targets=(text,), budget_spent=None,
        agency_path=(base.agency_path[0], text), responsible=Party("นาย", text, phone="7002"),
        coordinator=Party(name=text, phone="7001"),
        reports=(replace(first, status_text=text, progress_pct=Decimal(120)), *others),
    )  # fmt: skip


def _with_halves(code: str) -> bytes:
    """A dump in UTF-16 with halves of characters, in both orders, and NUL."""
    base = replace(project(8, code), name="ศาลา\x00ก HIGH", rationale=("LOW ศาลา HIGH LOWHIGH",), budget_spent=None)
    data = encode(dump_text([Copy(base, STYLE_1)]), "utf-16")
    for word, half in (("HIGH", b"\x00\xd8"), ("LOW", b"\x00\xdc")):
        data = data.replace(word.encode("utf-16-le"), half)
    return data


def _pdf(code: str) -> bytes:
    """A form whose font says of some letters that they are no text."""
    base = replace(project(9, code), name=f"ศาลา{''.join(_GLYPHS)}ก", rationale=(f"ศาลา {' '.join(_GLYPHS)}",))
    lines = re.sub(r"\*+|\\", "", dump_text([Copy(replace(base, budget_spent=None), STYLE_1)])).splitlines()
    lines = [line.replace("\t", "  ") for line in lines if line.strip()]
    pages = [b"\n".join(text_at(40, 800 - 12 * n, line, 6) for n, line in enumerate(lines[at : at + 60])) for at in range(0, len(lines), 60)]  # fmt: skip
    table = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfrange <0000> <DFFF> <0000> "
    table += b"<F000> <FFFF> <F000> endbfrange %d beginbfchar " % len(_GLYPHS)
    table += " ".join(f"<{ord(glyph):04X}> <{said}>" for glyph, said in _GLYPHS.items()).encode() + b" endbfchar"
    return build_pdf(*pages, to_unicode=table)
