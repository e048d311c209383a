"""Checks of what the operator sets: variables, reference files, addresses, and the extras that settings ask for."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator

from extract import fault_points
from flows.operating.findings import Check, Finding, judged
from flows.operating.preflight import lacking_registers
from flows.settings import Settings
from transform.mailboxes import mailbox
from transform.refused_lines import usable
from transform.registers import read_registers

_PREFIX = "KAONA_"
# read outside the settings
_OTHERS = ("KAONA_DEBUG", fault_points.VARIABLE)
_NOBODY = ".invalid"


def variables(settings: Settings) -> Iterator[Finding]:
    """Variables that begin as ours and mean nothing: misspelt ones are silently without effect."""
    known = [_PREFIX + name.upper() for name in type(settings).model_fields] + list(_OTHERS)
    unknown = sorted(name for name in os.environ if name.upper().startswith(_PREFIX) and name.upper() not in known)
    for name in unknown:
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.6)
        meant = f"is {near[0]} meant?" if near else "there is no such setting"
        yield Finding("settings", "warning", f"the variable {name} has no effect", meant)
    if os.environ.get(fault_points.VARIABLE):
        yield Finding("settings", "warning", f"{fault_points.VARIABLE} breaks nights, for tests", "unset it")
    if not unknown:
        count = sum(1 for name in os.environ if name.upper() in known)
        yield Finding("settings", "ok", f"{len(settings.model_fields_set)} set, {count} of them by variables")


def reference(settings: Settings) -> Iterator[Finding]:
    """The registers can be read; lines that cannot be used are named without what they say."""
    problem = lacking_registers(settings)
    if problem:
        yield Finding("reference", "FAIL", problem, "until then no night begins")
        return
    files, refused = usable(settings.registers())
    registers = read_registers(files)
    for line in refused:
        yield Finding("reference", "warning", f"corrections.csv line {line.line} is not used", "complete or remove it")
    for fault in registers.faults:
        place = fault.partition(":")[0]
        yield Finding("reference", "warning", f"{place} is not used", "complete or remove it")
    yield judged(
        "reference", f"{len(files)} files, {len(registers.agency_codes)} agency codes, {len(registers.corrections)} "
        "corrections", fails=not registers.agency_codes, todo="data/reference of this version belongs there",
    )  # fmt: skip


def schedule(settings: Settings) -> Iterator[Finding]:
    """When `kaona serve` runs the night; looked at where one is set, as only Prefect can say whether it is one."""
    if "cron" not in settings.model_fields_set:
        return
    from flows.due import check_cron

    try:
        check_cron(settings)
    except ValueError as error:
        yield Finding("cron", "FAIL", str(error), "until then `kaona serve` does not start")
        return
    yield Finding("cron", "ok", f"{settings.cron}, Asia/Bangkok")


def contacts(settings: Settings) -> Iterator[Finding]:
    """Somebody gets what has no coordinator, and somebody hears of a night that failed."""
    found = read_registers(usable(settings.registers())[0]).contacts
    kinds = {kind: sum(1 for c in found if c.kind == kind) for kind in ("coordinator", "agency", "default", "head")}
    no_address = sum(1 for c in found if mailbox(c.email) is None)
    said = ", ".join(f"{n} {kind}" for kind, n in kinds.items())
    yield judged(
        "contacts", f"{said}; {no_address} without a mail address" if no_address else said,
        warns=bool(no_address) or (settings.write_mails and not kinds["default"]),
        todo="correct data/reference/contacts.csv; a line `default` gets what no other line covers",
    )  # fmt: skip
    if not settings.write_mails:
        return
    for name, address in (("operator", settings.operator), ("mail_from", settings.mail_from)):
        box = mailbox(address)
        nowhere = box is None or box.endswith(_NOBODY)
        yield judged(
            name, "no mail address" if box is None else "set" if not nowhere else "still the address of nobody",
            fails=box is None, warns=nowhere, todo=f"set KAONA_{name.upper()}",
        )  # fmt: skip


def extras(settings: Settings) -> Iterator[Finding]:
    """What settings ask for and an extra has to bring."""
    from extract.pdf import ocr, witness

    if settings.second_reader:
        yield judged(
            "pdfium", "the second reader", fails=not witness.is_available(), todo="pip install 'kaona[pdfium]'"
        )
    if settings.ocr:
        there = ocr.is_available()
        yield judged(
            "ocr", "Tesseract reads Thai" if there else "pages that are pictures are rejected", warns=not there,
            todo="install kaona[ocr] and Tesseract with Thai, or set KAONA_OCR=false",
        )  # fmt: skip


CHECKS: tuple[Check, ...] = (variables, reference, schedule, contacts, extras)
