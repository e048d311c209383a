"""The letter to the operator about lines of contacts.csv, mutes.csv and corrections.csv that have no effect."""

from __future__ import annotations

from datetime import date

import pandas as pd

from expectations.catalogue import load_catalogue
from expectations.corrections_told import RULES as CORRECTION_RULES
from expectations.items import plain, render
from expectations.lifecycle import findings_in
from expectations.mail_content import MailContent
from expectations.operator_mail import harmless
from expectations.text_layout import reflow
from expectations.words import thai_date

RULES = ("reference_line_refused", *CORRECTION_RULES)


def reference_mail(night: date, findings: pd.DataFrame) -> MailContent | None:
    """The mail about what tonight found of these files for the first time, or again; None when there is nothing.

    `findings`: rows of quality.finding that tonight found or resolved.
    """
    mine = findings[findings["rule"].isin(RULES) & findings["state"].isin(["new", "regressed"])]
    told = sorted(
        (f.uri or "", f.line or 0, harmless(plain(f.message_th)), load_catalogue()[f.rule].todo_th)
        for f in findings_in(mine)
    )
    if not told:
        return None
    subject = f"kaona: แฟ้มอ้างอิง {len(told)} แถวไม่มีผล คืน {thai_date(night.isoformat())}"
    values = {"night": night, "told": [(message, todo) for _, _, message, todo in told], "subject": subject}
    values |= {"preheader": told[0][2]}
    return MailContent(
        subject=subject, text=reflow(render("reference.txt.j2", **values)), html=render("reference.html.j2", **values)
    )
