"""Everything a night finds, with its evidence and its history: objections, failing rows, conflicts, files.

Every finding points at a file, a page and a line: of the reading behind the value in question, the chosen one first;
where nothing is printed, of the place where it should stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import pandas as pd

from expectations.bounds import BOUND_RULES, judged, unusual
from expectations.catalogue import FAMILIES, load_catalogue
from expectations.conflicts import Said, said_of
from expectations.corrections_told import RULES as CORRECTION_RULES
from expectations.corrections_told import Idle, idle, refused_words
from expectations.doubts_told import is_unread_picture, losses, not_found, overlooked, pictures
from expectations.drafts import Draft, Place, Places, finding_of
from expectations.lifecycle import Finding, findings_in, follow
from expectations.phrases import in_thai, why_rejected
from expectations.refused_records import Refusal
from expectations.substitutions import RULE as SUBSTITUTION
from expectations.substitutions import Systematic, open_before, systematic, was_delivered
from expectations.text_rules import is_rewritten
from expectations.unread import owned, quoted
from expectations.validate import Validation
from transform.addresses import row_key
from transform.form import Form
from transform.records import Delivery, FormCopy, Night
from transform.refused_lines import Refused
from transform.registers import CORRECTIONS_FILE, Correction, Registers
from transform.tables import frame_of

Frame: TypeAlias = pd.DataFrame
_FAILING = ("rule", "project_code", "report_no", "occurrence", "value", "against", "severity")


# kinds of values that are no facts where they cannot be read as one
_NUMBERS_AND_DAYS = ("baht", "percent", "date", "year", "integer", "dotted", "code")
FAULT = "reference_line_refused"
# rules whose findings a night judges whatever it delivers
STANDING_RULES = (*CORRECTION_RULES, *BOUND_RULES, FAULT, SUBSTITUTION)


def collect(
    night: Night,
    frames: Mapping[str, Frame],
    crosscheck_rows: Frame,
    validation: Validation,
    previous: Frame,
    form: Form,
    corrections: Sequence[Correction] = (),
    known: Collection[str] = (),
    registers: Registers | None = None,
    refused: Mapping[str, Sequence[Refusal]] | None = None,
    gone: Collection[str] = (),
    said: Callable[[Delivery], Sequence[Said]] | None = None,
    replaced: Collection[str] = (),
) -> Frame:
    """Rows of quality.finding to insert or replace: what is found tonight, and what is resolved tonight; by finding_id.

    `crosscheck_rows` and `validation` are those of the same `frames`; `previous` holds quality.finding of the touched
    projects, of tonight's files and of STANDING_RULES, as it stood before the night; `known` are the project codes and
    copy ids of `corrections` that were delivered before; `registers` tell what kind of difference a conflict is;
    `refused`: projects that are not among the night's deliveries because a blocking check sets them aside, with what
    refuses them; `gone`: places whose file was taken away, so that what was found of it is over;
    `said`: the conflicts of a delivery in words, where another process has worked them out; `replaced`: hashes of files
    that were delivered again on the same night, so that nobody need hear that they cannot be read.
    Pure: the same arguments give the same rows.
    """
    before = findings_in(previous)
    folded = systematic(night.deliveries, form, open_before(before, night.night))
    unread = owned(frames["unread_line"], frames["form_copy"])
    said = said or partial(said_of, form=form, registers=registers)
    drafts = [
        *_objections(crosscheck_rows, night, unread, form, folded, said),
        *(Draft(**each.row(form)) for each in folded.substitutions),
        *_failing_columns(validation.failures, crosscheck_rows, night, form),
        *(Draft(**each) for each in unusual(validation.failures, form)),
        *_files(night, unread, replaced),
        *_codes(night),
    ]
    without_effect = list(idle(corrections, night, known, form))
    drafts += [_correction(line) for line in without_effect if not line.is_waiting]
    drafts += [_refused(line) for line in (registers.refused_corrections if registers else ())]
    drafts += list(_set_aside(refused or {}, night))
    drafts += [_fault(reason) for reason in (_faults(registers) if registers else ())]
    waiting = {_correction(line).finding_id for line in without_effect if line.is_waiting}
    places = Places(night)
    tonight = [finding_of(draft, places, night.night, form) for draft in _missing_in_pictures(drafts, night, form)]
    touched = {d.project_code for d in night.deliveries}
    uris = {*gone, *(file.uri for file in night.files)}

    def is_judged(finding: Finding) -> bool:
        if finding.rule == FAULT:
            return True
        if finding.rule in BOUND_RULES:
            return finding.field in judged(validation.results)
        if finding.rule in CORRECTION_RULES:
            return finding.finding_id not in waiting
        if finding.rule == SUBSTITUTION:
            return was_delivered(finding, before, touched, form)
        if finding.project_code is None:
            return finding.uri in uris
        if finding.rule == "contested_value" and (finding.project_code, finding.field) in folded.explained:
            return False  # it stands as it was, and is told with its substitution
        if finding.rule == "narrative_reused" and finding.value not in touched:  # the other project was not compared
            return finding.project_code in touched and is_rewritten(finding, frames["dim_project_history"])
        return finding.project_code in touched

    table = form.tables["finding"]
    rows = follow(tonight, before, night.night, is_judged)
    if not night.files:  # a quiet night is run only by a rebuild, which must come to the same
        rows = [finding for finding in rows if finding.state != "open"]
    return frame_of(table, [{name: getattr(f, name) for name in table.column_names} for f in rows])


# ---------------------------------------------------------------- what is found


def _objections(
    rows: Frame,
    night: Night,
    unread: Frame,
    form: Form,
    folded: Systematic,
    said: Callable[[Delivery], Sequence[Said]],
) -> Iterator[Draft]:
    """Cross-checks as they are; conflicts are told with what each copy says, contested ones folded."""
    deliveries = {d.project_code: d for d in night.deliveries}
    told_of = set(rows.loc[rows["rule"].isin(("copies_conflict", "contested_value")), "project_code"])
    conflicts = {code: said(deliveries[code]) for code in told_of if code in deliveries}
    cut = {d.project_code: _cut_at(d) for d in night.deliveries}
    lines = dict(tuple(unread.groupby("project_code")))
    unreadable = _unreadable(rows)
    for row in _records(rows):
        known = conflicts.get(row["project_code"], ())
        if (row["project_code"], row["field"]) in unreadable and _is_about_absence(row):
            continue  # something is printed there
        if row["rule"] == "copies_conflict":
            if known:  # else only pictures differ, and they are told as such
                detail = {x: "\n".join(f"• {conflict.words[x]}" for conflict in known) for x in ("th", "en")}
                yield Draft(**row | {"value": str(sum(len(conflict.places) for conflict in known))}, detail=detail)
        elif row["rule"] == "contested_value":
            decided = deliveries[row["project_code"]].decisions
            conflict = next((c for c in known if decided[c.places[0]].field == row["field"]), None)
            if conflict is None or all(folded.explains(decided[place]) for place in conflict.places):
                continue  # it is told with the first value of its substitution, or with that of many projects
            yield Draft(**row, detail=conflict.words)
        elif row["rule"] == "truncated_copy":
            yield Draft(**row, place=cut.get(row["project_code"]))
        elif row["rule"] in ("read_by_ocr", "second_reader_sees_more", "lost_letters", "pages_not_read"):
            yield from _doubted_copies(row, deliveries[row["project_code"]], form)
        elif row["rule"] == "second_reader_differs":
            is_open = row["field"] in _contested(deliveries[row["project_code"]])  # else another copy confirms a value
            yield Draft(**row, severity=None if is_open else "note")
        elif row["rule"] == "unread_lines":
            yield from _unread_lines(night, lines[row["project_code"]], row["project_code"])
        elif row["rule"] == "unknown_heading":
            yield Draft(**row, of=row["value"], place=_printed_at(lines[row["project_code"]], row["value"], night))
        elif row["rule"] == "value_not_well_formed" and form.field_of(row["field"]).kind in _NUMBERS_AND_DAYS:
            yield Draft(**row, severity="block")  # what is no number or day cannot be a fact at all
        else:
            yield Draft(**row)


def _unreadable(crosschecks: Frame) -> frozenset[tuple[str, str]]:
    """Project and field where every copy prints something that is no value."""
    rows = crosschecks[crosschecks["rule"] == "value_not_well_formed"]
    return frozenset(zip(rows["project_code"], rows["field"], strict=True))


def _is_about_absence(row: Mapping[str, Any]) -> bool:
    return row["field"] is not None and load_catalogue()[row["rule"]].dimension == "completeness"


def _doubted_copies(row: Mapping[str, Any], delivery: Delivery, form: Form) -> Iterator[Draft]:
    """Pictures and overlooked values copy by copy, lost letters of a project together."""
    rule, code = row["rule"], row["project_code"]
    if rule == "lost_letters":
        lost = losses(delivery, form)
        if lost is not None:
            yield Draft(rule, code, value=row["value"], place=lost.place, detail=lost.words)
    elif rule == "read_by_ocr":
        for each in pictures(delivery, form):
            severity = "note" if each.is_confirmed else None
            yield Draft(rule, code, of=each.copy.copy_id, place=each.place, detail=each.words, severity=severity)
    elif rule == "pages_not_read":
        for copy in (c for c in delivery.copies if c.unread_pages):
            place = (copy.uri, int(copy.unread_pages.split(",")[0]), 1) if copy.unread_pages else None
            yield Draft(rule, code, value=copy.unread_pages, of=copy.copy_id, place=place)
    else:
        for copy in (c for c in delivery.copies if c.overlooked):
            place = (copy.uri, copy.page_first, copy.line_first)
            yield Draft(rule, code, of=copy.copy_id, place=place, detail=overlooked(copy))


def _missing_in_pictures(drafts: Iterable[Draft], night: Night, form: Form) -> Iterator[Draft]:
    """What is missing in a form of which there are pictures only was not recognised: it is told with the picture."""
    pictures_only = {d.project_code for d in night.deliveries if all(c.is_ocr for c in d.copies)}
    missing: dict[str, list[str]] = defaultdict(list)
    told_later = []
    for draft in drafts:
        is_missing = load_catalogue()[draft.rule].dimension == "completeness" and draft.field is not None
        if draft.rule == "read_by_ocr":
            told_later.append(draft)
        elif is_missing and draft.project_code in pictures_only:
            missing[draft.project_code or ""].append(draft.field or "")
        else:
            yield draft
    for draft in told_later:
        fields = dict.fromkeys(missing.get(draft.project_code or "", ()))
        words = draft.detail or {}
        if fields:
            words = {x: f"{words.get(x, '')}\n{not_found(list(fields), form, x)}" for x in ("th", "en")}
        yield replace(draft, detail=words)


def _contested(delivery: Delivery) -> frozenset[str]:
    return frozenset(d.field for d in delivery.decisions if d.confidence == "contested")


def _cut_at(delivery: Delivery) -> Place | None:
    return min(((c.uri, c.page_last, c.line_last) for c in delivery.copies if c.is_truncated), default=None)


def _printed_at(unread: Frame, text: str, night: Night) -> Place:
    """Where an unread line stands first, in order of files."""
    uris = {file.source_sha256: file.uri for file in night.files}
    rows = unread[unread["text"].str.strip() == text]
    return min(
        (uris[s], int(p), int(n)) for s, p, n in zip(rows["source_sha256"], rows["page"], rows["line"], strict=True)
    )


def _failing_columns(failures: Frame, crosschecks: Frame, night: Night, form: Form) -> Iterator[Draft]:
    """Rows that failed a generated expectation; a text that could not be read is not also reported as missing."""
    told_already = set(_unreadable(crosschecks))
    told_already |= {(d.project_code, d.field) for x in night.deliveries for d in x.decisions if is_unread_picture(d)}
    of_columns = ~failures["expectation"].isin(FAMILIES) & ~failures["rule"].isin(BOUND_RULES)
    for row in _records(failures[of_columns]):
        address = _address(row, form)
        if row["rule"] == "column_required_missing" and (row["project_code"], address) in told_already:
            continue
        column = f"{row['suite']}.{row['target']}"
        same = {name: row[name] for name in _FAILING}
        yield Draft(**same, field=address or column, label=None if address else column)


def _address(row: Mapping[str, Any], form: Form) -> str | None:
    """Field address behind a failing row of a frame, None where no field of the form is concerned."""
    columns = {c.name: c.field for c in form.tables[row["suite"]].columns}
    field = columns.get(row["column"] or "")
    if field is None:
        return None
    if row["report_no"] is not None and field.startswith("reports."):
        return f"reports[{row_key(row['report_no'], row['occurrence'] or 1)}].{field.removeprefix('reports.')}"
    if row["ordinal"] is not None:
        base = next(f for f in form.fields if form.fields[f].is_list and (field == f or field.startswith(f"{f}.")))
        return f"{base}[{row['ordinal']}]{field.removeprefix(base)}"
    return field


def _files(night: Night, unread: Frame, replaced: Collection[str]) -> Iterator[Draft]:
    """Rejected files, and the unread lines of a file that are no project's in particular."""
    for file in night.files:
        if file.status == "rejected" and file.source_sha256 not in replaced:
            nowhere = (file.uri, None, None)
            words = {"th": why_rejected(file.code, file.reason), "en": file.reason or "-"}
            yield Draft("file_rejected", value=file.code, of=file.source_sha256, place=nowhere, detail=words)
    yield from _unread_lines(night, unread[unread["project_code"].isna()], None)


def _unread_lines(night: Night, unread: Frame, project_code: str | None) -> Iterator[Draft]:
    """The unread lines of a project, or of none, file by file, each line quoted with its place."""
    of_files = set(unread["source_sha256"])
    uris = {file.source_sha256: file.uri for file in night.files if file.source_sha256 in of_files}
    for sha, lines in unread.groupby("source_sha256", sort=True):
        first = (uris[str(sha)], int(lines["page"].iloc[0]), int(lines["line"].iloc[0]))
        detail = {language: quoted(lines, language) for language in ("th", "en")}
        yield Draft("unread_lines", project_code, value=str(len(lines)), of=str(sha), place=first, detail=detail)


def _codes(night: Night) -> Iterator[Draft]:
    for copy in night.copies:
        place = (copy.uri, copy.page_first, copy.line_first)
        of = f"{copy.source_sha256}-{copy.ordinal}"
        value = copy.printed_code
        if copy.project_code is not None and copy.identity_note is not None:
            yield Draft("code_misread", copy.project_code, field="project_code", value=value, of=of, detail=_why(copy))
        elif copy.project_code is None and any(r.field == "project_code" and r.value for r in copy.readings):
            yield Draft("code_ambiguous", field="project_code", value=value, of=of, place=place, detail=_why(copy))
        elif copy.project_code is None:
            yield Draft("code_unreadable", field="project_code", value=value, of=of, place=place)


def _why(copy: FormCopy) -> Mapping[str, str]:
    note = copy.identity_note or ""
    return {"th": in_thai("identity", note), "en": note}


def _correction(line: Idle) -> Draft:
    """A line of corrections.csv without effect: once, however the file is sorted."""
    value = line.line.printed if line.rule == "correction_unmatched" else line.line.project_code
    return Draft(
        line.rule, line.project_code, field=line.line.field, value=value, of=line.of, place=line.place,
        detail=line.words,
    )  # fmt: skip


def _refused(line: Refused) -> Draft:
    """A line of corrections.csv that cannot be used, wherever it stands."""
    place = (CORRECTIONS_FILE, None, line.line)
    return Draft("correction_refused", of=line.text, place=place, detail=refused_words(line))


def _set_aside(refused: Mapping[str, Sequence[Refusal]], night: Night) -> Iterator[Draft]:
    """Projects that a blocking check refuses, at their first copy."""
    for code, refusals in refused.items():
        own = [(c.uri, c.page_first, c.line_first) for c in night.copies if c.project_code == code]
        words = {language: "; ".join(r.said(language) for r in refusals) for language in ("th", "en")}
        yield Draft("record_refused", code, place=min(own, default=None), detail=words)


def _faults(registers: Registers) -> Iterator[str]:
    """Why lines of contacts.csv and mutes.csv have no effect."""
    yield from registers.faults
    for mute in registers.mutes:
        if mute.rule is not None and mute.rule not in load_catalogue():
            yield (
                f"data/reference/mutes.csv line {mute.line}: {mute.rule!r} is no rule; "
                "expected one of expectations/catalogue.toml, as quality.finding names it"
            )


def _fault(reason: str) -> Draft:
    """A line of contacts.csv or mutes.csv that cannot be used; its place is told by the reason."""
    file, _, number = reason.partition(": ")[0].partition(" line ")
    place = (file, None, int(number) if number.isdigit() else None)
    return Draft(FAULT, of=reason, place=place, detail={"th": in_thai("refusals", reason), "en": reason})


def _records(frame: Frame) -> list[dict[str, Any]]:
    """Rows with None for every null and plain integers."""
    rows = []
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        rows.append({str(k): v if v is None or isinstance(v, str) else int(v) for k, v in row.items()})
    return rows
