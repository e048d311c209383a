"""Reviewed corrections without effect, in words: what their line names is printed no more, or nothing has its code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from expectations.phrases import in_thai
from expectations.words import HIDDEN, hide_phones, shortened, without_phone
from transform.corrections import Effect, effects
from transform.form import Form
from transform.records import Decision, Night
from transform.refused_lines import Refused
from transform.registers import CORRECTIONS_FILE, Correction
from transform.thai import squash

# findings about lines of the file; they are judged every night, but for those whose project is not delivered
RULES = ("correction_unmatched", "correction_unknown_project", "correction_refused")
# in the reason why a line is refused: what the line itself says
_SAID = re.compile(r"(?<!\w)(['\"]).*?\1(?!\w)", re.DOTALL)
_NOTHING = {"th": "(ไม่ได้พิมพ์)", "en": "(nothing)"}


class Idle(NamedTuple):
    """A line without effect: the rule it is told under, the project concerned, and why, in both languages.

    `is_waiting`: its project is known and not delivered tonight, so that nothing new is said of it.
    """

    rule: Literal["correction_unmatched", "correction_unknown_project"]
    line: Correction
    project_code: str | None
    words: Mapping[str, str]
    is_waiting: bool = False

    @property
    def of(self) -> str:
        """What tells the lines about one field apart, wherever they stand in the file."""
        return f"{self.line.project_code}|{squash(self.line.printed)}"

    @property
    def place(self) -> tuple[str, None, int]:
        """The line in the file."""
        return CORRECTIONS_FILE, None, self.line.line


def idle(lines: Sequence[Correction], night: Night, known: Collection[str], form: Form) -> Iterator[Idle]:
    """Lines that change nothing tonight. `known`: project codes and copy ids that were ever delivered before.

    A line is told from the night on that its `when` names: stored nights are decided again with today's lines.
    """
    lines = [line for line in lines if _is_due(line, night.night)]
    yield from _copies([c for c in lines if c.field == "project_code"], night, known)
    corrected = {line.project_code for line in lines}
    decided = {
        (d.project_code, d.field): d
        for delivery in night.deliveries
        if delivery.project_code in corrected
        for d in delivery.decisions
    }
    delivered = {x.project_code for x in night.deliveries}
    codes_printed = {squash(c.printed_code) for c in night.copies if c.printed_code}
    by_place: dict[tuple[str, str], list[Correction]] = defaultdict(list)
    for line in lines:
        if line.field != "project_code":
            by_place[line.project_code, line.field].append(line)
    for (code, field), own in by_place.items():
        if code not in delivered:
            is_known = code in known or code in codes_printed
            rule: Literal["correction_unmatched", "correction_unknown_project"]
            rule = "correction_unmatched" if is_known else "correction_unknown_project"
            for line in own:
                yield Idle(rule, line, code if is_known else None, {}, is_waiting=is_known)
            continue
        decision = decided.get((code, field))
        found = effects(own, decision.readings if decision else (), form.field_of(field))
        for line, effect in zip(own, found, strict=True):
            if effect != "applied":
                why = _why(effect, decision, form)
                printed, right = (without_phone(field, _quoted(t), form) for t in (line.printed, line.right))
                words = {
                    "th": f"จาก {printed} เป็น {right} แต่ไม่มีผล: {why['th']}",
                    "en": f"{printed} → {right}; {why['en']}",
                }
                yield Idle("correction_unmatched", line, code, words)


def refused_words(line: Refused) -> Mapping[str, str]:
    """Why a line cannot be used; where it is about a telephone, without the digits it says."""
    reason = hide_phones(line.reason)
    if ".phone" in line.text:
        reason = _SAID.sub(lambda said: re.sub(r"\d+", HIDDEN, said[0]), reason)
    return {"th": in_thai("refusals", reason), "en": reason}


def _is_due(line: Correction, night: date) -> bool:
    try:
        return date.fromisoformat(line.when) <= night
    except ValueError:
        return True


def _copies(lines: Sequence[Correction], night: Night, known: Collection[str]) -> Iterator[Idle]:
    """Lines that say of which project a copy is: a copy that was never there, or that another line or night places."""
    copies = {c.copy_id: c for c in night.copies}
    for line in lines:
        copy = copies.get(line.project_code)
        if copy is None:
            is_known = line.project_code in known
            yield Idle("correction_unmatched" if is_known else "correction_unknown_project", line, None, {}, is_known)
        elif copy.project_code != line.right:
            printed = copy.printed_code or "-"
            words = {
                "th": f"ให้สำเนา {line.project_code} เป็นของ {line.right} แต่ไม่มีผล สำเนานี้พิมพ์รหัส “{printed}”",
                "en": f"copy {line.project_code} prints “{printed}” and does not count as one of {line.right}",
            }
            yield Idle("correction_unmatched", line, None, words)


def _why(effect: Effect, decision: Decision | None, form: Form) -> Mapping[str, str]:
    if effect == "ambiguous":
        return {
            "th": "ข้อความนี้พิมพ์มากกว่าหนึ่งแห่ง โปรดระบุข้อความข้างเคียงให้ยาวขึ้น",
            "en": "it stands more than once in the text; name more of the text around it",
        }
    if effect == "overruled":
        return {"th": "มีบรรทัดก่อนหน้าที่กำหนดค่าอื่น", "en": "a line before it says something else"}
    now = {x: _printed_now(decision, form, x) for x in ("th", "en")}
    return {
        "th": f"ไม่มีสำเนาใดพิมพ์ข้อความนี้แล้ว ปัจจุบันพิมพ์ว่า {now['th']}",
        "en": f"no copy prints that any more; printed now: {now['en']}",
    }


def _printed_now(decision: Decision | None, form: Form, language: str) -> str:
    if decision is None:
        return _NOTHING[language]
    said = [without_phone(decision.field, _quoted(text), form) for text in decision.alternatives if text]
    return " / ".join(said) or _NOTHING[language]


def _quoted(text: str) -> str:
    return f"“{' '.join((shortened(text) or '').split())}”"
