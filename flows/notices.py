"""Letters and whom they go to: coordinators and the box, the head of the department, the operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from flows.letters import Letter
from flows.outbox import Told
from flows.settings import Settings
from transform.form import load_form
from transform.registers import Contact, Registers
from transform.source_nights import SourceTonight
from transform.thai import squash

if TYPE_CHECKING:
    import pandas as pd

    from expectations.mail_content import MailContent
    from load.warehouse import Connection

_TREND_NIGHTS = 14


@dataclass(frozen=True)
class Addresses:
    """Display names and addresses of readers; from contacts.csv only, never from a document."""

    registers: Registers
    settings: Settings

    @cached_property
    def _known(self) -> dict[tuple[str, str], Contact]:
        return {(c.kind, squash(c.name)): c for c in reversed(self.registers.contacts)}

    def of(self, name: str | None, agencies: Sequence[str]) -> tuple[str, str]:
        """Of a coordinator, by name, then by their only agency, then the default box; without any, the operator."""
        contact = self._known.get(("coordinator", squash(name or "")))
        if contact is None and len(agencies) == 1:
            contact = self._known.get(("agency", squash(agencies[0])))
        if contact is None:
            contact = next((c for c in self.registers.contacts if c.kind == "default"), None)
        if contact is None:
            return name or "kaona", self.settings.operator
        return name or contact.name, contact.email


def reader_letter(kind: str, recipient: str, name: str, address: str, content: MailContent) -> Letter:
    """A mail's content as a letter to someone. `recipient`: the key by which the outbox knows them."""
    attachment = None
    if content.attachment_name is not None and content.attachment_bytes is not None:
        attachment = content.attachment_name, content.attachment_bytes
    return Letter(kind, recipient, name, address, content.subject, content.text, content.html, attachment, content.told)


def head_letters(
    con: Connection,
    night: date,
    late: pd.DataFrame,
    told: Mapping[str, Told],
    gone: pd.DataFrame | None,
    registers: Registers,
    settings: Settings,
) -> Iterator[Letter]:
    """The summary of all agencies, for each contact of the kind head; none while nothing it says has changed.

    `gone`: findings that were told and that a new decision took away; they count as resolved.
    """
    heads = [c for c in registers.contacts if c.kind == "head"]
    if settings.summary_mail == "never" or not heads:
        return
    from expectations.head_mail import head_mail
    from expectations.mail_facts import HeadFacts
    from load import summary_questions as ask
    from load.mail_questions import last_night, projects_and_coordinators

    agency_of = projects_and_coordinators(con).set_index("project_code")["agency_name"]
    notes = tuple(_notes(ask.remarks_on(con, last_night(con) or night)))
    by_kind = late.assign(agency_name=late["project_code"].map(agency_of))
    is_silent = by_kind["kind"].isin(["silent", "missing"])
    for contact in heads:
        recipient = f"head:{contact.name}:{contact.email}"
        last = told.get(recipient)
        if settings.summary_mail == "weekly" and last is not None and (night - last.night).days < 7:
            continue
        since = (
            None if last is None else min(last.night, night - timedelta(days=1))
        )  # a second one tells all of tonight
        agencies = ask.agencies_compared(con, night, since)
        if gone is not None and len(gone):
            told_of = gone[gone["severity"] != "note"].assign(agency_name=gone["project_code"].map(agency_of))
            agencies = agencies.assign(resolved=agencies["resolved"] + _counted(told_of["agency_name"], agencies))
        facts = HeadFacts(
            agencies=agencies.assign(
                late=_projects_of(by_kind[~is_silent], agencies), silent=_projects_of(by_kind[is_silent], agencies)
            ),
            trend=ask.findings_by_night(con, _TREND_NIGHTS),
            rules=ask.open_by_rule(con),
            dimensions=ask.open_by_dimension(con),
            late_projects=int(late["project_code"].nunique()),
            notes=notes,
            told=None if last is None else last.snapshot,
        )
        content = head_mail(facts, night, load_form())
        if content is not None:
            yield reader_letter("head", recipient, contact.name, contact.email, content)


def _projects_of(late: pd.DataFrame, agencies: pd.DataFrame) -> pd.Series[int]:
    """How many projects of each agency are among these."""
    return _counted(late.drop_duplicates(["agency_name", "project_code"])["agency_name"], agencies)


def _counted(names: pd.Series[str], agencies: pd.DataFrame) -> pd.Series[int]:
    """How often each agency is among these names; the empty name is that of projects that print none."""
    return agencies["agency_name"].fillna("").map(names.fillna("").value_counts()).fillna(0).astype("int64")


def _notes(whole: pd.DataFrame) -> Iterator[str]:
    """What the night itself was like, in Thai: findings without a project that nobody else is told of as a whole."""
    rejected = int((whole["rule"] == "file_rejected").sum())
    if rejected:
        yield f"ไฟล์ที่อ่านไม่ได้ {rejected} ไฟล์"
    of_the_night = ("source_shrank", "source_unavailable", "volume_unusual", "fill_rate_unusual")
    yield from sorted(str(message) for message in whole.loc[whole["rule"].isin(of_the_night), "message_th"])


def operator_letter(
    night: date, stage: str, error: BaseException, settings: Settings, run_id: str | None = None
) -> Letter:
    """The letter to the operator about a night that failed, or a part of it."""
    from expectations.operator_mail import operator_mail

    blocking = getattr(error, "blocking", ())
    content = operator_mail(night, stage=stage, error=str(error), blocking=blocking, run_id=run_id)
    return reader_letter("operator", "operator", "kaona operator", settings.operator, content)


def sources_letter(night: date, sources: Sequence[SourceTonight], settings: Settings) -> Letter | None:
    """The letter to the operator about sources that are not believed or could not be listed; None when all are well."""
    from expectations.sources_told import sources_mail

    content = sources_mail(night, sources)
    if content is None:
        return None
    return reader_letter("sources", "operator", "kaona operator", settings.operator, content)


def reference_letter(night: date, findings: pd.DataFrame, settings: Settings) -> Letter | None:
    """The letter to the operator about lines under data/reference that have no effect; None when none is new."""
    from expectations.reference_told import reference_mail

    content = reference_mail(night, findings)
    if content is None:
        return None
    return reader_letter("reference", "operator", "kaona operator", settings.operator, content)
