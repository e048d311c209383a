"""Who is to be told what on a night: every reader with what stands of their projects and what they were told last.

What is new is decided against that. So a night that failed or wrote no mail, a refused mail or another contact
swallows nothing: the next letter tells it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.forked import in_order
from flows.letters import Letter, composed
from flows.notices import Addresses, reader_letter
from flows.outbox import Told
from flows.settings import Settings
from transform.form import Form, load_form
from transform.registers import Registers

if TYPE_CHECKING:
    import pandas as pd

    from expectations.late_projects import Lateness
    from expectations.shares import Share
    from load.warehouse import Connection

COORDINATOR, BOX = "coordinator", "box"
# what a coordinator's mail calls a change; a telephone or a name that was spelt otherwise is none
_CHANGES = (
    "start_date", "end_date", "budget_received", "budget_spent", "reports.date", "reports.progress_pct",
    "reports.disbursed_baht", "reports.status_text", "reports.plan_status", "reports.target_status",
)  # fmt: skip


class Reader(NamedTuple):
    """A coordinator, or (name None) the box for projects without one; where letters go, and what the last one told."""

    name: str | None
    codes: frozenset[str]
    to: tuple[str, str]
    told: Told | None

    @property
    def kind(self) -> str:
        """Kind of the letters."""
        return BOX if self.name is None else COORDINATOR

    @property
    def recipient(self) -> str:
        """The key by which the outbox knows the reader."""
        return recipient_of(self.name)


def recipient_of(name: str | None) -> str:
    """The key by which the outbox knows a reader, whatever their address is."""
    return BOX if name is None else f"{COORDINATOR}:{name}"


@dataclass(frozen=True)
class Tonight:
    """What stands on a night, by project, small columns only; and all readers."""

    night: date
    settings: Settings
    form: Form
    projects: pd.DataFrame
    open_of: Mapping[str | None, frozenset[str]]  # project code → ids of open findings
    muted: pd.DataFrame
    muted_on: Mapping[date, frozenset[str]]  # night → ids that a line of mutes.csv keeps back then
    late: pd.DataFrame
    lateness: tuple[Lateness, ...]  # the same as values
    late_of: Mapping[str, frozenset[str]]  # project code → how it is late, as snapshots keep it
    readers: tuple[Reader, ...]

    @classmethod
    def asked(
        cls, con: Connection, night: date, told: Mapping[str, Told], registers: Registers, settings: Settings
    ) -> Tonight:
        """Ask the working warehouse. `told`: what each recipient was told last."""
        from expectations.late_projects import lateness_in
        from expectations.news import NOT_OF_COORDINATORS
        from load import mail_questions as ask

        projects = ask.projects_and_coordinators(con)
        standing = ask.standing_findings(con, NOT_OF_COORDINATORS)
        unresolved = standing[standing["state"] != "resolved"]
        open_of: dict[str | None, set[str]] = defaultdict(set)
        for finding, code in zip(unresolved["finding_id"], unresolved["project_code"], strict=True):
            open_of[code if isinstance(code, str) else None].add(finding)
        readers = _readers(projects, told, Addresses(registers, settings))
        muted, late = ask.mutes_of(con), ask.late_on(con, night)
        lateness = tuple(lateness_in(late))
        late_of: dict[str, set[str]] = defaultdict(set)
        for each in lateness:
            late_of[each.project_code].add(each.key)
        nights = {night, *(r.told.night for r in readers if r.told is not None)}
        return cls(
            night, settings, load_form(), projects, {code: frozenset(found) for code, found in open_of.items()}, muted,
            {when: frozenset(muted.loc[muted["until"].dt.date >= when, "finding_id"]) for when in nights},
            late, lateness, {code: frozenset(keys) for code, keys in late_of.items()}, readers,
        )  # fmt: skip

    def own(self, reader: Reader) -> frozenset[str]:
        """Ids of the open findings of a reader's projects; those without a project are the box's."""
        codes: Iterable[str | None] = reader.codes if reader.name else [*reader.codes, None]
        return frozenset().union(*(self.open_of.get(code, frozenset()) for code in codes))

    def has_something(self, reader: Reader) -> bool:
        """Whether a letter may be due: something is new, something is gone, or the last letter is old."""
        from expectations.news import is_news_late

        own = self.own(reader)
        late = frozenset().union(*(self.late_of.get(code, frozenset()) for code in reader.codes))
        if reader.told is None:
            return bool(own or late)
        muted = own & self.muted_on[self.night]
        is_news = (own - muted) ^ (reader.told.findings - muted) or is_news_late(late, reader.told.late)
        has_lapsed = (own & self.muted_on[reader.told.night]) - muted
        return bool(is_news or has_lapsed or (self.is_due(reader) and (own or late)))

    def is_due(self, reader: Reader) -> bool:
        """Whether the last letter is so old that what stands is told once more."""
        days = self.settings.reminder_days
        return bool(days) and reader.told is not None and (self.night - reader.told.night).days >= days

    def letters(self, con: Connection, gone: pd.DataFrame | None) -> tuple[list[Letter], list[Exception]]:
        """The letters of this night, in order of their readers, and why others could not be written.

        `gone`: findings that a new decision took away.
        """
        import pandas as pd

        from expectations.coordinator_mail import coordinator_mail
        from load import mail_questions as ask

        due = [reader for reader in self.readers if self.has_something(reader)]
        wanted = {finding for r in due for finding in self.own(r) | (r.told.findings if r.told else frozenset())}
        findings = ask.findings_of(con, wanted)
        if gone is not None and len(gone):
            lost = gone[gone["finding_id"].isin(wanted - set(findings["finding_id"]))]
            findings = pd.concat([findings, lost.assign(resolved_on=pd.Timestamp(self.night))], ignore_index=True)
        material = _Material.asked(con, self.night, due, findings)
        shares = self._shares(findings, material)

        def written(at: int) -> Letter | None:
            reader = due[at]
            share = self._share(reader, shares, material)
            content = coordinator_mail(share, self.night, self.form, is_reminder=self.is_due(reader))
            if content is None:
                return None
            letter = reader_letter(reader.kind, reader.recipient, *reader.to, content)
            return composed(letter, self.night, self.settings)

        letters: list[Letter] = []
        failed: list[Exception] = []
        for letter in in_order(written, len(due), self.settings.workers):
            if isinstance(letter, Exception):  # one letter that cannot be written takes no other along
                failed.append(letter)
            elif letter is not None:
                letters.append(letter)
        return letters, failed

    def _shares(self, findings: pd.DataFrame, material: _Material) -> _Shares:
        from expectations import shares
        from expectations.items import project_names
        from expectations.lifecycle import findings_in

        names = project_names(self.projects)
        reader_of = dict(zip(self.projects["project_code"], self.projects["coordinator_name"].fillna(""), strict=True))
        parted: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for code in names:
            parted["codes"][reader_of[code]].append(code)
        values = findings_in(findings)
        owner = {f.finding_id: reader_of.get(f.project_code, "") for f in values}
        for mute in shares.mutes_in(self.muted[self.muted["finding_id"].isin(owner)]):
            parted["mutes"][owner[mute.finding_id]].append(mute)
        of_projects: dict[str, Sequence[Any]] = {
            "findings": values, "late": self.lateness, "changes": shares.changes_in(material.changes),
            "printed": shares.printed_in(material.printed),
        }  # fmt: skip
        for name, things in of_projects.items():
            for thing in things:
                parted[name][reader_of.get(thing.project_code, "")].append(thing)
        return _Shares(names, parted, owner)

    def _share(self, reader: Reader, shares: _Shares, material: _Material) -> Share:
        from expectations.shares import Share

        told = reader.told
        return Share(
            name=reader.name,
            names={code: shares.names[code] for code in shares.of("codes", reader)},
            findings=shares.of("findings", reader),
            mutes=shares.of("mutes", reader),
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
    """What stands, parted by readers, once for all of them: project names by code, and whose each finding is now."""

    names: Mapping[str, str]
    parted: Mapping[str, Mapping[str, Sequence[Any]]]
    owner: Mapping[str, str]

    def of(self, name: str, reader: Reader) -> Sequence[Any]:
        """The reader's part of something."""
        return self.parted[name].get(reader.name or "", ())

    def moved(self, reader: Reader) -> int:
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
    def asked(cls, con: Connection, night: date, readers: Sequence[Reader], findings: pd.DataFrame) -> _Material:
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


def _readers(projects: pd.DataFrame, told: Mapping[str, Told], addresses: Addresses) -> tuple[Reader, ...]:
    """All readers in order of their names: the box, coordinators, and whoever was told of projects that are another's.

    What was told under another address was told to somebody else.
    """
    named = projects.assign(coordinator_name=projects["coordinator_name"].fillna(""))
    own = {str(name): rows for name, rows in named.groupby("coordinator_name")}
    names = {"", *own}
    for recipient, last in told.items():
        if recipient.startswith(f"{COORDINATOR}:") and (last.findings or last.late):
            names.add(recipient.removeprefix(f"{COORDINATOR}:"))
    readers = []
    for name in sorted(names):
        rows = own.get(name, named.iloc[:0])
        to = addresses.of(name or None, sorted({str(agency) for agency in rows["agency_name"].dropna()}))
        last_told = told.get(recipient_of(name or None))
        is_same = last_told is not None and last_told.address.lower() == to[1].lower()
        readers.append(Reader(name or None, frozenset(rows["project_code"]), to, last_told if is_same else None))
    return tuple(readers)
