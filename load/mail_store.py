"""The outbox's own store, `outbox/outbox.duckdb`: one row a mail, whatever became of it; the row is the truth.

A file of its own: the working warehouse is copied byte for byte to readers, and mail addresses must never be. It is
opened for short moments only, so `kaona mail` works while a night runs; whoever comes second waits. Nothing of the
warehouse is imported here: a night that brought nothing new asks for waiting mails too, and should cost nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

__all__ = [
    "AT_ONCE",
    "COUNTED",
    "UNSETTLED",
    "Mail",
    "Store",
    "StoreBusy",
    "add",
    "change",
    "counted",
    "forget",
    "last_told",
    "mails",
    "opened",
    "remove",
    "written",
]

# a name only, as load.warehouse.Connection
Store: TypeAlias = "duckdb.DuckDBPyConnection"
# may still be sent; the others are settled
UNSETTLED = ("waiting", "deferred", "sending")
SETTLED = ("sent", "refused", "expired", "taken", "withdrawn")
# what the recipient knows, or will: refused, expired and withdrawn mails told nobody anything
COUNTED = ("waiting", "sending", "sent", "deferred", "taken")
ARRIVED = ("sent", "taken")
_WAIT_SECONDS = 30.0
_OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
_TYPES = {
    "message_id": "VARCHAR", "number": "BIGINT", "night": "DATE", "kind": "VARCHAR", "recipient": "VARCHAR",
    "address": "VARCHAR", "subject": "VARCHAR", "file": "VARCHAR", "content": "BLOB", "told": "VARCHAR",
    "state": "VARCHAR", "attempts": "INTEGER", "next_try": "TIMESTAMP", "answer": "VARCHAR", "is_repeated": "BOOLEAN",
    "is_written": "BOOLEAN", "reported_in": "VARCHAR", "deposited_at": "TIMESTAMP", "changed_at": "TIMESTAMP",
}  # fmt: skip
_AMONG = "message_id IN (SELECT unnest(?::VARCHAR[]))"
AT_ONCE = 50  # mails whose contents are held at a time


class StoreBusy(RuntimeError):
    """Another process held the store all the while."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one recipient. Moments are UTC.

    `number`: order in which mails were put in; `recipient`: who it is for, whatever the address; `file`: its name in
    the outbox; `told`: JSON of what it tells; `is_written`: whether its file was written; `is_repeated`: perhaps sent
    before a crash; `reported_in`: Message-ID of the letter that told the operator it could not be delivered.
    """

    message_id: str
    number: int
    night: date
    kind: str
    recipient: str
    address: str
    subject: str
    file: str
    content: bytes | None
    told: str | None
    state: str
    attempts: int
    next_try: datetime | None
    answer: str
    is_repeated: bool
    is_written: bool
    reported_in: str | None
    deposited_at: datetime
    changed_at: datetime


_COLUMNS = tuple(field.name for field in fields(Mail))


@contextmanager
def opened(path: Path, wait_seconds: float = _WAIT_SECONDS, *, for_one_mail: bool = False) -> Iterator[Store]:
    """Open the store, made when there is none; wait while another process has it.

    `for_one_mail`: the change stays in the log, which is as safe and half as dear; the next other opening tidies up.
    Raises StoreBusy when waiting lasts longer than `wait_seconds`, ValueError when the file is no store of mails.
    """
    con = _connected(path, wait_seconds)
    try:
        if for_one_mail:
            con.execute("PRAGMA disable_checkpoint_on_shutdown")
        else:
            made = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
            con.execute(f"CREATE TABLE IF NOT EXISTS mail ({made})")
        yield con
    finally:
        con.close()


def _connected(path: Path, wait_seconds: float) -> Store:
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait_seconds
    while True:
        try:
            return duckdb.connect(str(path), config=_OFFLINE)
        except duckdb.Error as error:
            if "could not set lock" not in str(error).lower():
                raise _no_store(path, error) from error
            if time.monotonic() >= until:
                raise StoreBusy(f"{path.name} in the outbox is held by another kaona; try again") from error
            time.sleep(0.05)


def _no_store(path: Path, error: duckdb.Error) -> ValueError:
    return ValueError(
        f"{path.name} in the outbox cannot be opened ({_first_line(error)}); if it is damaged, move it "
        "away: mails that wait as .eml files are taken up, and recipients are told everything once more"
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def _any_of(states: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


def mails(
    con: Store,
    *,
    states: Sequence[str] | None = None,
    night: date | None = None,
    message_id: str | None = None,
    message_ids: Sequence[str] | None = None,
    has_content: bool = False,
) -> list[Mail]:
    """The mails in the order in which they were put in; `has_content`: only those whose content is kept, with it."""
    names = ", ".join(n if n != "content" or has_content else "NULL AS content" for n in _COLUMNS)
    wanted = ["content IS NOT NULL" if has_content else "true"]
    values: list[Any] = []
    for condition, value in (("night = ?", night), ("message_id = ?", message_id)):
        if value is not None:
            wanted.append(condition)
            values.append(value)
    if message_ids is not None:
        wanted.append(_AMONG)
        values.append(list(message_ids))
    if states is not None:
        wanted.append(f"state IN {_any_of(states)}")
    sql = f"SELECT {names} FROM mail WHERE {' AND '.join(wanted)} ORDER BY number, message_id"
    return [_mail(row) for row in con.execute(sql, values).fetchall()]


def _mail(row: Sequence[Any]) -> Mail:
    values: list[Any] = [value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for value in row]
    return Mail(*values)


def _stored(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def add(con: Store, new: Iterable[Mail]) -> None:
    """Put mails in; their `number` is given here, after all that are there."""
    row = con.execute("SELECT coalesce(max(number), 0) FROM mail").fetchone()
    last = int(row[0]) if row else 0
    marks = f"({', '.join('?' for _ in _COLUMNS)})"
    numbered = (replace(mail, number=number) for number, mail in enumerate(new, last + 1))
    while some := list(islice(numbered, AT_ONCE)):
        values = [_stored(getattr(mail, name)) for mail in some for name in _COLUMNS]
        con.execute(f"INSERT INTO mail ({', '.join(_COLUMNS)}) VALUES {', '.join([marks] * len(some))}", values)


def change(
    con: Store, message_id: str, moment: datetime, *, states: Sequence[str] | None = None, **values: Any
) -> None:
    """Set columns of one mail; with `states` only while it is in one of them."""
    if unknown := sorted(set(values) - set(_COLUMNS)):
        raise ValueError(f"a mail has no {', '.join(unknown)}")
    given = {**values, "changed_at": moment}
    sets = ", ".join(f"{name} = ?" for name in given)
    still = "" if states is None else f" AND state IN {_any_of(states)}"
    con.execute(f"UPDATE mail SET {sets} WHERE message_id = ?{still}", [*map(_stored, given.values()), message_id])


def written(con: Store, message_ids: Sequence[str], moment: datetime) -> None:
    """Note that the files of these mails were written."""
    con.execute(
        f"UPDATE mail SET is_written = true, changed_at = ? WHERE {_AMONG}", [_stored(moment), list(message_ids)]
    )


def remove(con: Store, message_id: str) -> None:
    """Take out one mail."""
    con.execute("DELETE FROM mail WHERE message_id = ?", [message_id])


def last_told(con: Store, night: date) -> list[tuple[str, date, str, str]]:
    """(recipient, night, told, address) of the last mail that counts for each recipient, in order of recipients.

    A mail of this very night that still waits does not count: tonight's letter takes its place.
    """
    sql = f"""
        SELECT recipient, night, told, address FROM mail
        WHERE told IS NOT NULL AND state IN {_any_of(COUNTED)}
          AND NOT (night = ? AND state IN ('waiting', 'deferred') AND NOT is_repeated)
        QUALIFY row_number() OVER (PARTITION BY recipient ORDER BY number DESC, message_id) = 1
        ORDER BY recipient
    """
    return [(str(r), n, str(t), str(a)) for r, n, t, a in con.execute(sql, [night]).fetchall()]


def forget(con: Store, before: datetime) -> None:
    """Drop mails that were settled before a moment, except the last ones that told their recipients something.

    That is the last one that counts, and the last one that surely arrived: the one behind it may still be refused.
    """
    last = "SELECT max(number) FROM mail WHERE told IS NOT NULL AND state IN {} GROUP BY recipient"
    con.execute(
        f"""
        DELETE FROM mail WHERE changed_at < ? AND state NOT IN {_any_of(UNSETTLED)}
          AND number NOT IN ({last.format(_any_of(COUNTED))}) AND number NOT IN ({last.format(_any_of(ARRIVED))})
        """,
        [before.astimezone(UTC).replace(tzinfo=None)],
    )


def counted(path: Path, wait_seconds: float = 1.0) -> list[tuple[str, int, datetime]] | None:
    """(state, mails, when the oldest was put in) by state, read only; None when the store is held all the while, or
    this user may not look into it.

    Raises ValueError when the file is no store of mails.
    """
    until = time.monotonic() + wait_seconds
    while path.exists():
        try:
            with duckdb.connect(str(path), read_only=True, config=_OFFLINE) as con:
                sql = "SELECT state, count(*), min(deposited_at) FROM mail GROUP BY state ORDER BY state"
                return [(state, n, oldest.replace(tzinfo=UTC)) for state, n, oldest in con.execute(sql).fetchall()]
        except duckdb.Error as error:
            said = str(error).lower()
            if "permission denied" in said:
                return None
            if "could not set lock" not in said:
                raise _no_store(path, error) from error
            if time.monotonic() >= until:
                return None
            time.sleep(0.05)
    return []
