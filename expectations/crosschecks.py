"""Checks between the values of a form: what a single column cannot show. Pure pandas, quick to import.

Every rule is one function from `Given` to the rows it objects to (`report_rules`, `project_rules`, `text_rules`,
`doubt_rules`).
Values are compared, never changed: an impossible value stays in the facts and is flagged here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from expectations.catalogue import load_catalogue
from expectations.doubt_rules import DOUBT_RULES
from expectations.objections import Frame, Given
from expectations.project_rules import PROJECT_RULES
from expectations.report_rules import REPORT_RULES
from expectations.text_rules import TEXT_RULES
from transform.registers import Registers

COLUMNS = ("rule", "project_code", "report_no", "occurrence", "field", "value", "against")
KEY = ["project_code", "report_no", "occurrence", "field"]
_NUMBERS = ("report_no", "occurrence")
RULES: Mapping[str, Callable[[Given], Frame]] = {
    **REPORT_RULES,
    **PROJECT_RULES,
    **TEXT_RULES,
    **DOUBT_RULES,
}


# what takes longest: worked out in another process where there is one
SLOW = ("other_district_named", "narrative_reused")


def run(frames: Mapping[str, Frame], registers: Registers) -> Frame:
    """Rows every rule objects to: rule, project_code, report_no, occurrence, field, value, against; by full key.

    `frames` are those of `transform.tables.build_frames` (dim_project, fact_progress_report, project_indicator,
    decision, form_copy, and reading where unreadable values are wanted). `value` is the value in question and
    `against` what it was compared with, both canonical text.
    Raises RuntimeError naming the rule when a rule itself cannot run: a broken rule is no clean night.
    """
    return gathered(partial(objected, Given(frames, registers)))


def objected(given: Given, rule: str) -> Frame:
    """Rows that one rule objects to."""
    return RULES[rule](given)


def gathered(asked: Callable[[str], Frame]) -> Frame:
    """Rows of all rules as `run` gives them; `asked` gives those of one."""
    found = []
    for rule in sorted(RULES, key=SLOW.__contains__):
        try:
            rows = asked(rule)
        except Exception as error:
            raise RuntimeError(f"cross-check {rule} could not run: {error}; nothing may be published") from error
        if len(rows):
            found.append(rows.assign(rule=rule))
    return _shaped(pd.concat(found, ignore_index=True) if found else pd.DataFrame({name: [] for name in COLUMNS}))


def flags(rows: Frame) -> dict[str, list[str]]:
    """Sorted flag ids by project, as `kaona check` prints them: with `:SEQ` where a rule judges one report."""
    catalogue = load_catalogue()
    found: dict[str, set[str]] = {}
    for rule, code, number in zip(rows["rule"], rows["project_code"], rows["report_no"], strict=True):
        if catalogue[rule].is_flag:
            flag = f"{rule}:{number}" if catalogue[rule].concerns_report else str(rule)
            found.setdefault(code, set()).add(flag)
    return {code: sorted(found[code]) for code in sorted(found)}


def _shaped(rows: Frame) -> Frame:
    shaped = pd.DataFrame(
        {name: rows[name].astype("Int64" if name in _NUMBERS else "str") if name in rows else None for name in COLUMNS}
    )
    return shaped.sort_values(["rule", *KEY, "value"], ignore_index=True, na_position="first")
