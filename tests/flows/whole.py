"""What must hold after every fault, in one place: `check_whole`. A night, a fault in it, a rerun, and nothing is lost or doubled.

>>> undisturbed = after(reference)                       # doctest: +SKIP
>>> was = tables_of(broken.published)                    # before the fault   # doctest: +SKIP
>>> ...                                                  # the fault          # doctest: +SKIP
>>> check_whole(broken, SECOND, was, undisturbed)        # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.delivery import only_run
from flows.mail_files import parsed, store_path
from flows.outbox import body
from flows.settings import Settings
from flows.summary import Summary
from load import mail_store
from load.exports import NOT_EXPORTED
from load.mail_store import UNSETTLED
from tests.flows.conftest import run
from tests.flows.homes import lines

_LEFT_OVER = (".part", ".tmp", ".next", ".wal", ".dropped")

Tables = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Undisturbed:
    """What a night comes to that nothing disturbs: its exports, the tables of its file, its mails by Message-ID."""

    exports: Mapping[str, str]
    tables: Tables
    mails: Mapping[str, str]


def undisturbed_of(settings: Settings) -> Undisturbed:
    """The same as a home shows it after such a night."""
    return Undisturbed(exports_of(settings), tables_of(settings.published), mails_of(settings))


def exports_of(settings: Settings) -> dict[str, str]:
    """Name → hash of the published exports."""
    return {p.name: sha_of(p) for p in sorted((settings.published.parent / "exports").iterdir())}


def tables_of(published: Path) -> dict[str, tuple[Any, ...]]:
    """Every value of every table of facts of a published file is read; table → how many rows, and a sum of all of it.

    {} where nothing was published.
    """
    if not published.exists():
        return {}
    with duckdb.connect(str(published), read_only=True) as con:
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"
        ).fetchall()  # fmt: skip
        found = {n: con.execute(f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)) FROM {n} AS t").fetchone() or () for (n,) in names}  # fmt: skip
    return {name: row for name, row in found.items() if name.partition(".")[2] not in NOT_EXPORTED}


def mails_of(settings: Settings) -> dict[str, str]:
    """Message-ID → what it says, of every mail that was sent or still will be, save letters about a night that failed."""
    with mail_store.opened(store_path(settings)) as con:
        wait = mail_store.mails(con, states=UNSETTLED, has_content=True)
        sent = {mail.message_id for mail in mail_store.mails(con, states=("sent",))}
        told = {mail.message_id for mail in mail_store.mails(con) if mail.kind == "operator"}
    found = {mail.message_id: parsed(mail.content or b"") for mail in wait}
    copies = [parsed(path.read_bytes()) for path in sorted(settings.outbox.glob("sent/*.eml"))]
    found |= {str(message["Message-ID"]): message for message in copies}
    assert sent <= set(found), "a mail that was sent has no copy"
    return {name: f"{m['To']}\n{m['Subject']}\n{body(m)}" for name, m in found.items() if name not in told}


def check_published(settings: Settings, was: Tables, old_sha: str | None, should: Tables) -> bool:
    """Readers have the old file, untouched, or the new night, whole; whether it is the new one."""
    now = tables_of(settings.published)
    if settings.published.exists() and sha_of(settings.published) == old_sha:
        return False
    if not settings.published.exists():
        assert old_sha is None, "the published file is gone"
        return False
    assert now == should, _difference(now, should) + f" (and it is not the old one: {_difference(now, was)})"
    return True


def check_whole(
    settings: Settings,
    night: date,
    should: Undisturbed,
    *,
    received: Iterable[bytes] | None = None,
    listed: int | None = None,
    most_repeated: int = 1,
    is_told_later: bool = False,
) -> Summary:
    """After a fault and without it: run the night again, twice, and hold everything to what an undisturbed night comes to.

    `received`: all that the mail server took since the home began (a list that grows), None where mails only wait;
    `listed`: how many files stand in the sources; `is_told_later`: letters are written by a run that brings nothing, in
    words of its own. Returns the summary of the first rerun.
    """
    with only_run(settings):
        pass  # the lock is free
    rerun = run(settings, night)
    check_accounts(settings, rerun, listed)
    assert tables_of(settings.published) == should.tables, _difference(tables_of(settings.published), should.tables)
    assert exports_of(settings) == should.exports, _difference(exports_of(settings), should.exports)
    check_mails(settings, should, received, most_repeated, is_told_later)
    assert left_over(settings) == []
    before = _state(settings)
    again = run(settings, night)
    assert again.nothing_new
    check_accounts(settings, again, listed)
    assert _state(settings) == before, "a second rerun changed what is published"
    check_mails(settings, should, received, most_repeated, is_told_later)
    return rerun


def check_accounts(settings: Settings, summary: Summary, listed: int | None = None) -> None:
    """Input files = loaded + unchanged + duplicate + rejected: in the summary, in the log and in the warehouse."""
    f = summary.files
    assert f.listed == f.new + f.unchanged + f.duplicate + f.rejected
    assert listed in (None, f.listed)
    logged = lines(settings)[-1]["files"]
    assert logged == {"listed": f.listed, "loaded": f.new, "unchanged": f.unchanged, "duplicate": f.duplicate, "rejected": f.rejected}  # fmt: skip
    with duckdb.connect(str(settings.published), read_only=True) as con:
        wrong = con.execute(
            "FROM quality.run WHERE files_listed <> files_new + files_unchanged + files_duplicate + files_rejected"
        ).fetchall()
    assert wrong == []


def check_mails(
    settings: Settings,
    should: Undisturbed,
    received: Iterable[bytes] | None = None,
    most_repeated: int = 1,
    is_told_later: bool = False,
) -> None:
    """Every mail of an undisturbed night is there, in its words, and no other; what came twice is the same mail."""
    now = mails_of(settings)
    if is_told_later:
        assert sorted(m.splitlines()[0] for m in now.values()) == sorted(
            m.splitlines()[0] for m in should.mails.values()
        )
    else:
        assert now == should.mails, _difference(now, should.mails)
    if received is None:
        return
    arrived = Counter(str(parsed(content)["Message-ID"]) for content in received)
    with mail_store.opened(store_path(settings)) as con:
        told = {mail.message_id for mail in mail_store.mails(con) if mail.kind == "operator"}
    assert set(arrived) - told == set(now), "with a server, what was written has arrived"
    assert arrived.total() - len(arrived) <= most_repeated, arrived


def left_over(settings: Settings) -> list[str]:
    """Files that only a run that was broken off leaves behind."""
    return sorted(
        p.relative_to(settings.home).as_posix()
        for p in settings.home.rglob("*")
        if p.name.endswith(_LEFT_OVER) or p.name in ("spill", "staged")
    )


def _state(settings: Settings) -> dict[str, tuple[int, str]]:
    """Everything that is published, by place: when it was written, and its hash."""
    folder = settings.published.parent
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): (p.stat().st_mtime_ns, sha_of(p)) for p in files}


def sha_of(path: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _difference(now: Mapping[str, Any], should: Mapping[str, Any]) -> str:
    lost, more = sorted(should.keys() - now.keys()), sorted(now.keys() - should.keys())
    other = sorted(k for k in now.keys() & should.keys() if now[k] != should[k])
    return f"missing: {lost}; not expected: {more}; otherwise: {[(k, now[k], should[k]) for k in other][:3]}"
