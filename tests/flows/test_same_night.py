"""What comes in two runs of one night is decided as if it had come in one: nothing of the first run stays with it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from data.samples.generator.facts import invent_project
from data.samples.generator.words import PROGRAMMES
from flows.rebuild import verify_exports
from flows.settings import Settings
from load.dictionary import query
from tests.flows.conftest import run

DISTRICT = next(p for p in PROGRAMMES if p.owner == "district")
ONE = replace(invent_project(Random(1), programme=DISTRICT, n_reports=2), code="50390000-9001")
# the code broke off: of the first project while there is no other one
BROKEN = "50390000-90"


@pytest.mark.fault(27)
def test_a_copy_whose_project_becomes_uncertain_has_its_items_where_it_prints_them(settings: Settings) -> None:
    inbox = settings.home / "inbox"
    whole = dump_text([Copy(ONE, STYLE_1)])
    lines = whole.splitlines(keepends=True)
    [first] = [n for n, line in enumerate(lines) if ONE.objectives[0] in line]
    (inbox / "a.txt").write_text(whole, encoding="utf-8")
    (inbox / "b.txt").write_text("".join(lines[:first] + lines[first + 1 :]).replace(ONE.code, BROKEN), "utf-8")
    of_b = (
        "SELECT DISTINCT c.project_code, r.field, r.printed_field FROM lineage.reading r JOIN lineage.form_copy c "
        "USING (copy_id) WHERE c.uri = 'inbox/b.txt' AND r.field LIKE 'objectives[%' ORDER BY ALL"
    )
    run(settings)
    assert query(settings.published, of_b)[1] == [
        (ONE.code, "objectives[2]", "objectives[1]"),
        (ONE.code, "objectives[3]", "objectives[2]"),
    ]
    (inbox / "c.txt").write_text(dump_text([Copy(replace(ONE, code=f"{BROKEN}55"), STYLE_1)]), encoding="utf-8")
    run(settings)
    assert query(settings.published, of_b)[1] == [(None, "objectives[1]", None), (None, "objectives[2]", None)]
    assert verify_exports(settings) == []
