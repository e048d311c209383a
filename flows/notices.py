"""Who hears of a night: one letter for each coordinator, about their own projects; the operator when a night fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from flows.outbox import Letter
from flows.settings import Settings
from transform.form import Form
from transform.registers import Registers
from transform.source_nights import SourceTonight
from transform.thai import squash

if TYPE_CHECKING:
    import pandas as pd

    from expectations.report import MailContent


def coordinator_letters(
    findings: pd.DataFrame, projects: pd.DataFrame, night: date, registers: Registers, settings: Settings, form: Form
) -> Iterator[Letter]:
    """Letters for the coordinators of tonight's projects, in order of their names; none where nothing changed.

    `findings`: rows of quality.finding that tonight found or resolved; `projects`: rows of dim_project.
    """
    from expectations.report import coordinator_mail

    named = projects.assign(coordinator_name=projects["coordinator_name"].fillna(""))
    for coordinator, own in named.groupby("coordinator_name", sort=True):
        name = str(coordinator) or None
        content = coordinator_mail(name, findings, own, night, form)
        if content is None:
            continue
        agencies = sorted({str(a) for a in own["agency_name"].dropna()})
        yield _letter(content, *recipient(name, agencies, registers, settings))


def recipient(name: str | None, agencies: list[str], registers: Registers, settings: Settings) -> tuple[str, str]:
    """Display name and address for a coordinator: by name, then by their only agency, then the default box.

    Addresses come from contacts.csv only, never from a document; without any contact the operator is told.
    """
    known = {(c.kind, squash(c.name)): c for c in registers.contacts}
    contact = known.get(("coordinator", squash(name or "")))
    if contact is None and len(agencies) == 1:
        contact = known.get(("agency", squash(agencies[0])))
    if contact is None:
        contact = next((c for c in registers.contacts if c.kind == "default"), None)
    if contact is None:
        return name or "kaona", settings.operator
    return name or contact.name, contact.email


def operator_letter(night: date, stage: str, error: BaseException, settings: Settings) -> Letter:
    """The letter to the operator about a night that failed."""
    from expectations.report import operator_mail

    content = operator_mail(night, stage=stage, error=str(error))
    return _letter(content, "kaona operator", settings.operator)


def sources_letter(night: date, sources: Sequence[SourceTonight], settings: Settings) -> Letter | None:
    """The letter to the operator about sources that are not believed or could not be listed; None when all are well."""
    from expectations.sources_told import sources_mail

    content = sources_mail(night, sources)
    # a letter of its own beside that about a failed night: the outbox keeps one for each night and recipient
    return None if content is None else _letter(content, "kaona operator (sources)", settings.operator)


def _letter(content: MailContent, name: str, address: str) -> Letter:
    attachment = None
    if content.attachment_name is not None and content.attachment_bytes is not None:
        attachment = content.attachment_name, content.attachment_bytes
    return Letter(name, address, content.subject, content.text, content.html, attachment)
