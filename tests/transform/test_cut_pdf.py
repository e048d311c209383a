"""A PDF of a form of which the end never arrived: all of its values, or none and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transform.reading import ROOT, documents, read_path

SAMPLES = ROOT / "data" / "samples" / "inbox"


@pytest.mark.fault(16)
@pytest.mark.parametrize("name", ["form-two-copies.pdf", "form-reportlab.pdf", "form-fpdf2-shaped.pdf"])
def test_a_form_cut_anywhere_gives_all_its_values_or_none(tmp_path: Path, name: str) -> None:
    whole, cut = (SAMPLES / name).read_bytes(), tmp_path / name
    expected = documents(read_path(SAMPLES / name))
    assert expected
    outcomes = []
    for at in (*(len(whole) * tenth // 10 for tenth in range(1, 10)), *range(len(whole) - 64, len(whole), 3)):
        cut.write_bytes(whole[:at])
        found = read_path(cut)
        outcomes.append(found.outcome.code or found.outcome.status)
        assert documents(found) == (expected if found.outcome.status == "read" else {})
    assert outcomes[:9] == ["broken_pdf"] * 9
    assert "read" in outcomes  # what is cut behind the last table is no text of the form
