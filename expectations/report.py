"""The quality report of a night: one page in Thai that loads nothing, runs nothing and shows no telephone number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from expectations.cards import Card, cards_of, resolved_line
from expectations.catalogue import SEVERITY_ORDER, load_catalogue
from expectations.folding import Fold, fold
from expectations.items import SEVERITY_TH, Item, items_of, plain, project_names, render
from expectations.phrases import in_thai, rejection_words, why_rejected
from expectations.validate import Validation
from transform.brief import NightInNumbers
from transform.form import Form
from transform.records import FileOutcome

_SHOWN_APART = ("copies_conflict", "file_rejected")  # in sections of their own
_REPORT_ITEMS = 200  # written out of one rule on the page; quality.finding has all


def quality_report_html(
    night: NightInNumbers,
    frames: Mapping[str, pd.DataFrame],
    findings: pd.DataFrame,
    validation: Validation,
    form: Form,
) -> str:
    """The quality report of a night: one page in Thai, whole in itself. `findings` are those of `collect`.

    Of `frames` it asks dim_project for codes and names, and fact_progress_report for how many rows there are.
    """
    names = project_names(frames["dim_project"])
    items = items_of(findings, names, form)
    standing = [i for i in items if i.state != "resolved"]
    conflicts = [i for i in standing if i.rule == "copies_conflict"]
    folds = fold(standing)
    apart = [each for each in folds if each.first.rule == "copies_conflict"]
    others = [each for each in folds if each.first.rule not in _SHOWN_APART]
    rejected = [f for f in night.files if f.status == "rejected"]
    return render(
        "report.html.j2",
        night=night.night,
        numbers=_numbers(night, frames, standing, conflicts),
        verdict=_verdict(validation),
        rejected=[_rejected(f) for f in rejected],
        severities=[
            (s, SEVERITY_TH[s], _groups([each for each in others if each.first.severity == s])) for s in SEVERITY_ORDER
        ],
        conflicts=cards_of(apart[:_REPORT_ITEMS]),
        more_conflicts=max(0, len(apart) - _REPORT_ITEMS),
        resolved=[resolved_line(each) for each in fold(i for i in items if i.state == "resolved")[:_REPORT_ITEMS]],
    )


def _rejected(file: FileOutcome) -> tuple[str, str, str, str]:
    """Name, in short why it is rejected, in a sentence, and what to do."""
    words = rejection_words(file.code)
    return plain(file.uri.rsplit("/", 1)[-1]), words.title, plain(why_rejected(file.code, file.reason)), words.todo


def _numbers(
    night: NightInNumbers, frames: Mapping[str, pd.DataFrame], standing: Sequence[Item], conflicts: Sequence[Item]
) -> list[tuple[str, int]]:
    return [
        ("ไฟล์ที่อ่านได้", sum(1 for f in night.files if f.status == "read")),
        ("ไฟล์ที่อ่านไม่ได้", sum(1 for f in night.files if f.status == "rejected")),
        ("สำเนาของแบบ", night.copies),
        ("โครงการ", len(frames["dim_project"])),
        ("รายงานความก้าวหน้า", len(frames["fact_progress_report"])),
        ("โครงการที่สำเนาไม่ตรงกัน", len(conflicts)),
        ("บรรทัดที่ไม่ได้อ่าน", sum(f.lines.unread for f in night.files if f.status == "read")),
        *((f"{SEVERITY_TH[s]}", sum(1 for i in standing if i.severity == s)) for s in SEVERITY_ORDER),
    ]


def _verdict(validation: Validation) -> dict[str, object]:
    return {
        "checks": len(validation.results),
        "passed": int(validation.results["is_success"].sum()),
        "is_blocked": validation.is_blocked,
        "blocking": [plain(in_thai("blocking", sentence)) for sentence in validation.blocking],
    }


def _groups(folds: Sequence[Fold]) -> list[tuple[str, str, list[Card], int, int]]:
    """Folds by rule as the catalogue has them: title, what to do, those written out, how many more, all findings."""
    of_rule: dict[str, list[Fold]] = {}
    for each in folds:
        of_rule.setdefault(each.first.rule, []).append(each)
    groups = []
    for rule in load_catalogue().values():
        found = of_rule.get(rule.id, [])
        if found:
            more, findings = max(0, len(found) - _REPORT_ITEMS), sum(len(each.same) for each in found)
            groups.append((rule.title_th, rule.todo_th, cards_of(found[:_REPORT_ITEMS]), more, findings))
    return groups
