"""The real form: its flags are exactly those the client expects, and Great Expectations publishes it."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from expectations import crosschecks
from expectations.coordinator_mail import coordinator_mail
from expectations.findings import collect
from expectations.mail_facts import CoordinatorFacts
from expectations.validate import validate
from extract.document import SourceFile
from extract.read import read_bytes
from transform.form import load_form
from transform.night import read_file, reconcile_night
from transform.registers import read_registers
from transform.tables import Earlier, build_frames, frame_of

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT.parent / "shared" / "seed"
pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the client's seed is not beside this checkout")


@pytest.fixture(scope="module")
def seed():
    form = load_form()
    registers = read_registers({p.name: p.read_text(encoding="utf-8") for p in (ROOT / "data" / "reference").iterdir()})
    data = (SEED / "progress-form.txt").read_bytes()
    source = SourceFile(hashlib.sha256(data).hexdigest(), "inbox/progress-form.txt", date(2020, 3, 1), len(data))
    night = reconcile_night(source.night, [read_file(read_bytes(source, data), form)], registers, form)
    frames = build_frames(night, Earlier.nothing())
    return night, frames, crosschecks.run(frames, registers), registers


def test_the_flags_of_the_seed_are_the_expected_ones(seed):
    expected = json.loads((SEED / "expected.json").read_text(encoding="utf-8"))["documents"]
    assert crosschecks.flags(seed[2]) == {d["project_code"]: d["flags"] for d in expected}


def test_the_seed_is_published_and_its_mail_shows_both_copies(seed):
    night, frames, rows, registers = seed
    verdict = validate(frames, rows, run_id="seed")
    assert not verdict.is_blocked, verdict.blocking
    form = load_form()
    found = collect(night, frames, rows, verdict, frame_of(form.tables["finding"], []), form, registers=registers)
    assert sorted(found["rule"]) == ["contested_value", "copies_conflict", "spent_unreconciled_with_reports"]
    mail = coordinator_mail(CoordinatorFacts("ผู้ประสานงาน", frames["dim_project"], found), night.night, form)
    assert mail is not None
    for said in (
        "บรรทัด 31",
        "บรรทัด 112",
        "รายงานครั้งที่ 2, 3, 4",
        "180,000 บาท",
        "progress-form.txt หน้า 1 บรรทัด 23",
        "มักสับสน อ/ธ",
    ):
        assert said in mail.text
