"""Words that must not be told, a night near which all of them lie, and where to look for them afterwards."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from data.samples.generator.facts import Project
from data.samples.generator.people import Party
from flows.mail_files import parsed
from flows.outbox import waiting
from flows.settings import Settings
from load.warehouse import work_path
from tests.flows.conftest import FIRST, run, settings_in
from tests.flows.test_nights import LIBRARY, project

PERSON = Party("นางสาว", "พิมพ์ลภัส คชวงศ์ไพศาล", phone="081-997-7351")
NUMBERS = ("081-997-7351", "0819977351")
PEOPLE = (PERSON.name, PERSON.name.split()[1], *NUMBERS)
SECRETS = ("canary-smtp-7351", "canary-source-7352", "canary-token-7353")
# the bytes delivered and what is made of them: closed to others, docs/operate.md
_OF_PEOPLE = ("archive/", "inbox/", "work/kaona.duckdb", "work/read/", "published/exports/", "published/generations/")


def home_near_her(folder: Path) -> Settings:
    """A home after a first good night; the second one in its inbox will be refused by DuckDB, in a message of its own
    that quotes her name and her telephone number."""
    settings = settings_in(folder / "home")
    (settings.home / "inbox").mkdir(parents=True)
    _bring(settings, project(3, "50390000-9555"))
    run(settings, FIRST)
    for given in (LIBRARY, project(5, "50390000-9605")):
        _bring(settings, replace(given, responsible=PERSON, coordinator=PERSON))
    with duckdb.connect(str(work_path(settings.home))) as con:
        con.execute("CREATE UNIQUE INDEX one_phone ON main.dim_person (person_name, phone)")
    return settings


def _bring(settings: Settings, given: Project) -> None:
    """Lay a dump of it into the inbox."""
    (settings.home / "inbox" / f"{given.code}.txt").write_text(dump_text([Copy(given, STYLE_1)]), encoding="utf-8")


def allowed(settings: Settings) -> None:
    """Take that back: the next run loads the night."""
    with duckdb.connect(str(work_path(settings.home))) as con:
        con.execute("DROP INDEX one_phone")


def secret_variables(settings: Settings, mail_port: int, closed_port: int) -> dict[str, str]:
    """Settings with a secret each, and all of them fail: a login, a source, the heartbeat's address."""
    smtp, source, token = SECRETS
    sources = [str(settings.home / "inbox"), f"http://export:{source}@127.0.0.1:{closed_port}/export/"]
    return {
        "KAONA_SMTP_HOST": "127.0.0.1", "KAONA_SMTP_PORT": str(mail_port), "KAONA_SMTP_SECURITY": "none",
        "KAONA_SMTP_USER": "kaona", "KAONA_SMTP_PASSWORD": smtp, "KAONA_SOURCES": json.dumps(sources),
        "KAONA_SOURCE_WAIT_SECONDS": "0.01", "KAONA_SOURCE_ATTEMPTS": "1",
        "KAONA_HEARTBEAT_URL": f"http://127.0.0.1:{closed_port}/ping/{token}", "KAONA_DATA_DOCS": "true",
        "KAONA_WRITE_PAGE": "true",
    }  # fmt: skip


def everything_in(folder: Path) -> Iterator[tuple[str, str]]:
    """What every file of a folder says: tables of DuckDB and letters too, in which texts are packed."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        place, data = path.relative_to(folder).as_posix(), path.read_bytes()
        yield place, data.decode("utf-8", "replace")
        if path.suffix == ".duckdb":
            yield place, _tables(path)
        elif path.suffix == ".eml":
            yield place, _letter(data)
        else:
            for unpacked in (base64.b64decode, zlib.decompress):
                with suppress(ValueError, zlib.error):
                    yield place, unpacked(data).decode("utf-8", "replace")


def _tables(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        return "\n".join(str(con.execute(f'SELECT * FROM "{s}"."{t}"').fetchall()) for s, t in tables)


def _letter(data: bytes) -> str:
    message = parsed(data)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    texts = [part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *texts])


def letters(settings: Settings) -> list[tuple[str, str]]:
    """(address, text) of every letter that waits."""
    return [(str(mail["To"]), _letter(path.read_bytes())) for path, mail in waiting(settings)]


def told_in(texts: Iterable[tuple[str, str]], words: Iterable[str]) -> list[tuple[str, str]]:
    """(place, word) of each word that stands anywhere, also as JSON writes it."""
    forms = {form: word for word in words for form in (word, json.dumps(word)[1:-1])}
    return sorted({(place, word) for place, text in texts for form, word in forms.items() if form in text})


def check_untold(settings: Settings, said: Mapping[str, str]) -> None:
    """No secret in any file of the home nor in what was `said`; nobody's name or number outside the places for them.

    Letters are read by those they are for: a coordinator's holds her own name, the operator's the whole error.
    """
    texts = [*everything_in(settings.home), *said.items()]
    assert told_in(texts, SECRETS) == []
    open_to_all = [(p, t) for p, t in texts if not p.startswith((*_OF_PEOPLE, "outbox/", "published/kaona.duckdb"))]
    assert len(open_to_all) > 5
    assert told_in(open_to_all, PEOPLE) == []
