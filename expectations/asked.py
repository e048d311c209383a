"""What checks and findings ask of readings and decisions; of a large night the rest is on disk by then."""

from __future__ import annotations

import pandas as pd

from expectations.objections import CHOSEN
from extract.encodings import LOST
from transform.brief import IsTold
from transform.form import load_form
from transform.records import OCR, Decision
from transform.registers import Registers

# rules under which only pictures, or nothing well-formed, say a value
_DOUBTED = ("ocr_only", "none_well_formed")
# a text that no check looks at
UNASKED = "…"


def told_of(registers: Registers) -> IsTold:
    """Which decisions findings tell with what each copy says: copies differ, nothing settles it, letters were lost, or
    a correction is about it."""
    corrected = {(line.project_code, line.field) for line in registers.corrections}

    def is_told(decision: Decision) -> bool:
        return (
            decision.is_conflict
            or decision.confidence == "contested"
            or decision.rule in _DOUBTED
            or LOST in (decision.value or "")
            or (decision.project_code, decision.field) in corrected
        )

    return is_told


def asked_of_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Rows of lineage.reading with their key, and what is said of those that are no value or that are doubted."""
    is_asked = readings["problem"].notna() | (readings["doubt"].notna() & (readings["doubt"] != OCR))
    raw = readings["raw"].where(is_asked, UNASKED)
    return readings[[*load_form().tables["reading"].key, "problem", "is_cut", "doubt"]].assign(raw=raw)


def asked_of_decisions(decisions: pd.DataFrame) -> pd.DataFrame:
    """Rows of lineage.decision without grounds and numbers; texts stand in for those that no check looks at."""
    columns = [*load_form().tables["decision"].key, "value", "rule", "confidence", "distinct_readings"]
    value = decisions["value"]
    is_asked = (decisions["confidence"] == "contested") | decisions["field"].isin(CHOSEN) | value.isna()
    is_asked |= value.str.contains(LOST, regex=False).fillna(False).astype(bool)
    return decisions[columns].assign(value=value.where(is_asked, UNASKED))
