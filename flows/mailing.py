"""The stage of a night that writes to people: who hears of it, what is new to each, and the letters.

What is new is decided against what each was told last, which the outbox knows. So a night that failed or wrote no
mail, a refused mail or another contact swallows nothing: the next letter tells it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flows.delivery import remember_reminder
from flows.letters import Letter
from flows.notices import Addresses, head_letters, operator_letter, reader_letter, reference_letter, sources_letter
from flows.outbox import Told, deposit, told_before, withdraw
from flows.settings import Settings
from flows.summary import Watch
from transform.form import Form, load_form
from transform.registers import Registers

if TYPE_CHECKING:
    import pandas as pd

    from expectations.mail_facts import CoordinatorFacts
    from flows.stages import Settled, Verdict
    from load.warehouse import Connection

_COORDINATOR = "coordinator:"
_KINDS = ("coordinator", "box", "head", "sources", "reference")
# what a coordinator's mail calls a change; a telephone or a name that was spelt otherwise is none
_CHANGES = (
    "start_date", "end_date", "budget_received", "budget_spent", "reports.date", "reports.progress_pct",
    "reports.disbursed_baht", "reports.status_text", "reports.plan_status", "reports.target_status",
)  # fmt: skip


def mail(
    settings: Settings,
    registers: Registers,
    night: date,
    verdict: Verdict,
    settled: Settled | None,
    watch: Watch,
) -> list[Path]:
    """Put one letter for each reader with something new into the outbox; the files that now wait there.

    Everything is published by now: letters that cannot be written are told to the operator and fail nothing; what they
    would have said is new to its readers the next time.
    """
    if not settings.write_mails:
        return []
    try:
        return _write(settings, registers, night, verdict, settled)
    except Exception as error:
        _say(watch, f"the mails could not be written ({type(error).__name__}: {error}); all else is published")
        try:
            return deposit(settings, [operator_letter(night, "mail", error, settings)], night)
        except Exception as second:  # the outbox itself is what is broken
            _say(watch, f"nor could the letter to the operator ({type(second).__name__}: {second})")
            return []


def _say(watch: Watch, line: str) -> None:
    watch.console.print(line, highlight=False, markup=False)


def _write(
    settings: Settings, registers: Registers, night: date, verdict: Verdict, settled: Settled | None
) -> list[Path]:
    from load.mail_questions import last_night
    from load.warehouse import open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        night = max(night, last_night(con) or night)  # a night that came late is told as of the last one
        told = told_before(settings, night)
        tonight = _Tonight.asked(con, night, told, registers, settings)
        letters = [*tonight.letters(con, None if settled is None else settled.findings)]
        gone = None if settled is None else settled.findings
        letters += head_letters(con, night, tonight.late, told, verdict, gone, registers, settings)
    letters += [x for x in (sources_letter(night, verdict.sources, settings),) if x is not None]
    letters += [x for x in (reference_letter(night, verdict.findings, settings),) if x is not None]
    for kind in _KINDS:
        withdraw(settings, night, [kind], {letter.recipient for letter in letters if letter.kind == kind})
    return _deposited(settings, letters, night, registers)


def remind(settings: Settings, registers: Registers, night: date, *, with_head: bool) -> list[Path]:
    """The letters of a night that brought nothing new: to whoever was told of open findings long enough ago, whose mute
    is over, or who has not heard of what stands because its night wrote no mails.

    `with_head`: that is so for all, the head too.
    """
    from load.warehouse import open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        told = told_before(settings, night)
        tonight = _Tonight.asked(con, night, told, registers, settings)
        letters = [*tonight.letters(con, None)]
        if with_head:
            letters += head_letters(con, night, tonight.late, told, None, None, registers, settings)
    return _deposited(settings, letters, night, registers)


def _deposited(settings: Settings, letters: Sequence[Letter], night: date, registers: Registers) -> list[Path]:
    """Put letters into the outbox, and write down on which night there is something to say though nothing is new."""
    waits = deposit(settings, letters, night)
    day, week = timedelta(days=1), timedelta(days=settings.reminder_days)
    told = told_before(settings, night + day).values()
    dates = [t.night + week for t in told if t.findings or t.late] if settings.reminder_days else []
    # one whose day is past and who got no letter has nothing to be reminded of
    later = [d for d in dates if d > night] or ([night + week] if dates else [])
    later += [mute.until + day for mute in registers.mutes if mute.until >= night]
    remember_reminder(settings, min(later, default=None))
    return waits


class _Reader(NamedTuple):
    """A coordinator, or (name None) the box for projects without one, with what the last letter told."""

    name: str | None
    codes: frozenset[str]
    told: Told | None

    @property
    def recipient(self) -> str:
        return recipient_of(self.name)


def recipient_of(name: str | None) -> str:
    """The key by which the outbox knows a reader, whatever their address is."""
    return "box" if name is None else f"{_COORDINATOR}{name}"


@dataclass(frozen=True)
class _Tonight:
    """What stands on a night, by project, small columns only; and all readers."""

    night: date
    settings: Settings
    addresses: Addresses
    form: Form
    projects: pd.DataFrame
    open_of: Mapping[str | None, frozenset[str]]  # project code → ids of open findings
    muted: pd.DataFrame
    muted_on: Mapping[date, frozenset[str]]  # night → ids that a line of mutes.csv keeps back then
    late: pd.DataFrame
    readers: tuple[_Reader, ...]

    @classmethod
    def asked(
        cls,
        con: Connection,
        night: date,
        told: Mapping[str, Told],
        registers: Registers,
        settings: Settings,
    ) -> _Tonight:
        from expectations.news import NOT_OF_COORDINATORS
        from load import mail_questions as ask

        projects = ask.projects_and_coordinators(con)
        standing = ask.standing_findings(con, NOT_OF_COORDINATORS)
        unresolved = standing[standing["state"] != "resolved"]
        open_of: dict[str | None, set[str]] = defaultdict(set)
        for finding, code in zip(unresolved["finding_id"], unresolved["project_code"], strict=True):
            open_of[code if isinstance(code, str) else None].add(finding)
        named = projects.assign(coordinator_name=projects["coordinator_name"].fillna(""))
        codes = {str(name): frozenset(own) for name, own in named.groupby("coordinator_name")["project_code"]}
        codes.setdefault("", frozenset())
        for recipient, last in told.items():  # somebody whose projects are all another's now hears of that
            if recipient.startswith(_COORDINATOR) and (last.findings or last.late):
                codes.setdefault(recipient.removeprefix(_COORDINATOR), frozenset())
        readers = [_Reader(name or None, codes[name], told.get(recipient_of(name or None))) for name in sorted(codes)]
        muted = ask.mutes_of(con)
        nights = {night, *(r.told.night for r in readers if r.told is not None)}
        return cls(
            night, settings, Addresses(registers, settings), load_form(), projects,
            {code: frozenset(found) for code, found in open_of.items()}, muted,
            {when: frozenset(muted.loc[muted["until"].dt.date >= when, "finding_id"]) for when in nights},
            ask.late_on(con, night), tuple(readers),
        )  # fmt: skip

    def own(self, reader: _Reader) -> frozenset[str]:
        """Ids of the open findings of a reader's projects; those without a project are the box's."""
        codes: Iterable[str | None] = reader.codes if reader.name else [*reader.codes, None]
        return frozenset().union(*(self.open_of.get(code, frozenset()) for code in codes))

    def has_something(self, reader: _Reader, late: frozenset[str]) -> bool:
        """Whether a letter may be due: something is new, something is gone, or the last letter is old."""
        own = self.own(reader)
        if reader.told is None:
            return bool(own or late)
        muted = own & self.muted_on[self.night]
        is_news = (own - muted) ^ (reader.told.findings - muted) or late - reader.told.late
        has_lapsed = (own & self.muted_on[reader.told.night]) - muted
        return bool(is_news or has_lapsed or (self.is_due(reader) and (own or late)))

    def is_due(self, reader: _Reader) -> bool:
        """Whether the last letter is so old that what stands is told once more."""
        days = self.settings.reminder_days
        return bool(days) and reader.told is not None and (self.night - reader.told.night).days >= days

    def letters(self, con: Connection, gone: pd.DataFrame | None) -> Iterator[Letter]:
        """The letters of this night, in order of their readers. `gone`: findings that a new decision took away."""
        import pandas as pd

        from expectations.coordinator_mail import coordinator_mail
        from load import mail_questions as ask

        late_codes = frozenset(self.late["project_code"])
        due = [reader for reader in self.readers if self.has_something(reader, reader.codes & late_codes)]
        wanted = {finding for r in due for finding in self.own(r) | (r.told.findings if r.told else frozenset())}
        findings = ask.findings_of(con, wanted)
        if gone is not None and len(gone):
            lost = gone[gone["finding_id"].isin(wanted - set(findings["finding_id"]))]
            findings = pd.concat([findings, lost.assign(resolved_on=pd.Timestamp(self.night))], ignore_index=True)
        material = _Material.asked(con, self.night, due, findings)
        shares = self._shares(findings, material)
        agency_of = dict(zip(self.projects["project_code"], self.projects["agency_name"], strict=True))
        for reader in due:
            content = coordinator_mail(
                self._facts(reader, shares, material), self.night, self.form, is_reminder=self.is_due(reader)
            )
            if content is None:
                continue
            agencies = sorted({str(agency_of[code]) for code in reader.codes if isinstance(agency_of.get(code), str)})
            name, address = self.addresses.of(reader.name, agencies)
            yield reader_letter("coordinator" if reader.name else "box", reader.recipient, name, address, content)

    def _shares(self, findings: pd.DataFrame, material: _Material) -> _Shares:
        import pandas as pd

        reader_of = dict(zip(self.projects["project_code"], self.projects["coordinator_name"].fillna(""), strict=True))

        def readers(frame: pd.DataFrame) -> list[str]:
            return [reader_of.get(code, "") for code in frame["project_code"]]

        by_id = dict(zip(findings["finding_id"], readers(findings), strict=True))
        muted = self.muted[self.muted["finding_id"].isin(by_id)]
        frames = {
            "projects": self.projects, "late": self.late, "changes": material.changes, "printed": material.printed,
            "findings": findings,
        }  # fmt: skip
        keys = {name: readers(frame) for name, frame in frames.items()}
        frames["muted"], keys["muted"] = muted, [by_id[finding] for finding in muted["finding_id"]]
        parted = {
            name: {str(who): part for who, part in frame.groupby(pd.Series(keys[name], frame.index, dtype="str"))}
            for name, frame in frames.items()
        }
        return _Shares({name: frame.iloc[:0] for name, frame in frames.items()}, parted, by_id)

    def _facts(self, reader: _Reader, shares: _Shares, material: _Material) -> CoordinatorFacts:
        from expectations.mail_facts import CoordinatorFacts

        told = reader.told
        return CoordinatorFacts(
            name=reader.name,
            projects=shares.of("projects", reader),
            findings=shares.of("findings", reader),
            muted=shares.of("muted", reader),
            late=shares.of("late", reader),
            changes=shares.of("changes", reader),
            printed=shares.of("printed", reader),
            counts=material.counts(reader.codes, is_box=reader.name is None),
            told=None if told is None else told.snapshot,
            told_night=None if told is None else told.night,
            moved=shares.moved(reader),
        )


@dataclass(frozen=True)
class _Shares:
    """The frames parted by their readers, once for all of them; and whose each finding is now."""

    empty: Mapping[str, pd.DataFrame]
    parted: Mapping[str, Mapping[str, pd.DataFrame]]
    owner: Mapping[str, str]

    def of(self, name: str, reader: _Reader) -> pd.DataFrame:
        """The reader's part of a frame."""
        return self.parted[name].get(reader.name or "", self.empty[name])

    def moved(self, reader: _Reader) -> int:
        """How many findings the reader was told of are of projects that are another's now."""
        told = reader.told.findings if reader.told else frozenset()
        return sum(1 for finding in told if self.owner.get(finding, reader.name or "") != (reader.name or ""))


@dataclass(frozen=True)
class _Material:
    """What the letters quote, asked once for all readers."""

    changes: pd.DataFrame
    printed: pd.DataFrame
    delivered: Mapping[str, str]
    rejected: int

    @classmethod
    def asked(cls, con: Connection, night: date, readers: Sequence[_Reader], findings: pd.DataFrame) -> _Material:
        from load import mail_questions as ask

        since = {code: r.told.night for r in readers if r.told is not None for code in r.codes}
        placed = findings[findings["field"].notna() & findings["project_code"].notna()]
        places = zip(placed["project_code"], placed["field"], strict=True)
        delivered = ask.delivered_on(con, night)
        return cls(
            ask.changes_since(con, since, night, _CHANGES),
            ask.printed_for(con, places),
            dict(zip(delivered["project_code"], delivered["kind"], strict=True)),
            ask.rejected_on(con, night),
        )

    def counts(self, codes: Iterable[str], *, is_box: bool) -> dict[str, int]:
        """Forms that the night brought to a reader: received, and what they were."""
        kinds = [self.delivered[code] for code in codes if code in self.delivered]
        counts = {"received": len(kinds)} | {kind: kinds.count(kind) for kind in ("new", "changed", "unchanged")}
        return counts | ({"unreadable": self.rejected} if is_box else {})
