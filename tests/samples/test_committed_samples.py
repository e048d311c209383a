"""The committed set is what the generator writes, invented throughout, and as unreadable as it says."""

from __future__ import annotations

import filecmp
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from pdfminer.high_level import extract_text
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.psexceptions import PSException

from data.samples.generator import printed
from data.samples.generator.__main__ import DEFAULT_SEED, write_samples
from data.samples.generator.agencies import _ISSUES, _SUB_ISSUES
from data.samples.generator.pdf import PASSWORD

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data" / "samples"
SHARED = ROOT.parent / "shared"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
MADE_WITH = EXPECTED["made_with"]
same_producers = all(version(name) == MADE_WITH[name] for name in MADE_WITH if name != "seed")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out_dir = tmp_path_factory.mktemp("samples")
    write_samples(out_dir, DEFAULT_SEED)
    return out_dir


def test_the_committed_inbox_holds_the_files_of_the_set_and_no_other(fresh: Path) -> None:
    committed = sorted(path.name for path in (SAMPLES / "inbox").iterdir())
    assert committed == sorted(path.name for path in (fresh / "inbox").iterdir()) == sorted(EXPECTED["files"])


def test_regenerating_gives_the_committed_dumps_and_truth_byte_for_byte(fresh: Path) -> None:
    dumps = [f"inbox/{path.name}" for path in (SAMPLES / "inbox").glob("*.txt")]
    assert filecmp.cmpfiles(SAMPLES, fresh, dumps, shallow=False) == (dumps, [], [])
    truth = json.loads((fresh / "expected.json").read_text(encoding="utf-8"))
    assert {**truth, "made_with": MADE_WITH} == EXPECTED


@pytest.mark.skipif(not same_producers, reason="other versions of the PDF producers are installed than made the set")
def test_regenerating_gives_the_committed_pdfs_byte_for_byte(fresh: Path) -> None:
    files = ["expected.json", *(f"inbox/{path.name}" for path in (SAMPLES / "inbox").glob("*.pdf"))]
    assert filecmp.cmpfiles(SAMPLES, fresh, files, shallow=False) == (files, [], [])


def test_the_set_is_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*.*") if "__pycache__" not in path.parts) < 1_500_000


def test_the_agency_table_is_the_verified_one() -> None:
    source = SHARED / "reference" / "agency_codes.tsv"
    if not source.exists():
        pytest.skip("the table's source is not part of the repository")
    assert (ROOT / "data" / "reference" / "agency_codes.tsv").read_bytes() == source.read_bytes()


def test_the_font_is_committed_with_its_licence_and_copyright() -> None:
    licence = (SAMPLES / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "Copyright 2018 The Sarabun Project Authors" in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert (SAMPLES / "fonts" / "Sarabun-Regular.ttf").read_bytes()[:4] == b"\x00\x01\x00\x00"


# ---- invented throughout


def _bare(text: str) -> str:
    return "".join(text.split())


def _everything_printed() -> str:
    """All samples as one text without whitespace: the dumps, and the truth, which has what the PDFs print."""
    texts = [json.dumps(EXPECTED["projects"], ensure_ascii=False)]
    for name, entry in EXPECTED["files"].items():
        if entry.get("encoding"):
            texts.append((SAMPLES / "inbox" / name).read_text(encoding=entry["encoding"]))
    return _bare("\n".join(texts))


def _form_words() -> list[str]:
    """What the form itself prints on every copy, and the city's own strategy names: shared with the real file."""
    own = [value for name, value in vars(printed).items() if name.isupper() and isinstance(value, str)]
    own += [str(name) for names in _ISSUES.values() for name in names if name] + list(_SUB_ISSUES.values())
    own += ["ความก้าวหน้าของงานฯ", "งบประมาณที่เบิกใช้", "เป็นไปตามแผน", "เป็นไปตามเป้าหมาย", "00:00:00"]
    return sorted((_bare(word) for word in own), key=len, reverse=True)


def _prose_pieces(text: str) -> list[str]:
    """Pieces of 40 characters and more that are left of a text when the form's own words are taken out."""
    bare = "|".join(_bare(line) for line in text.splitlines())
    for word in _form_words():
        bare = bare.replace(word, "|")
    return [piece for piece in bare.split("|") if len(piece) >= 40]


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.skipif(not (SHARED / "seed").is_dir(), reason="the real file is not part of the repository")
def test_no_sentence_and_no_name_of_the_real_file_is_in_the_samples() -> None:
    samples = _everything_printed()
    pieces = _prose_pieces((SHARED / "seed" / "progress-form.txt").read_text(encoding="utf-8"))
    pieces += [
        piece
        for text in _strings(json.loads((SHARED / "pdf" / "facts.json").read_text()))
        for piece in _prose_pieces(text)
    ]
    assert len(pieces) > 20
    windows = [piece[start : start + 40] for piece in pieces for start in range(len(piece) - 39)]
    assert [window for window in windows if window in samples] == []
    truth = json.loads((SHARED / "seed" / "expected.json").read_text(encoding="utf-8"))["documents"][0]
    real_names = [person["name"] for key in ("responsible", "coordinator") for person in truth[key]["people"]]
    assert len(real_names) == 2
    assert not [part for name in real_names for part in name.split() if part in samples]


# ---- what the set promises


def test_each_file_of_the_set_is_read_or_rejected_for_one_of_the_known_reasons() -> None:
    reasons = {entry["reason"] for entry in EXPECTED["files"].values() if entry["status"] == "rejected"}
    assert reasons == {"broken_pdf", "empty_file", "no_text_layer", "not_a_form", "password_protected"}
    read = [entry for entry in EXPECTED["files"].values() if entry["status"] == "read"]
    assert len(read) == EXPECTED["totals"]["read"] == 10
    assert {document["project_code"] for entry in read for document in entry["documents"]} == set(EXPECTED["projects"])


def test_two_projects_share_name_and_text_under_codes_one_digit_apart() -> None:
    one, other = EXPECTED["projects"]["50420600-3604"], EXPECTED["projects"]["50430600-3604"]
    for key in ("project_name", "rationale", "objectives", "targets", "fiscal_year_be"):
        assert one[key] == other[key]
    assert one["agency_path"] != other["agency_path"]


def test_one_project_is_in_the_set_as_a_dump_and_as_a_pdf() -> None:
    files = {
        name: [document["project_code"] for document in entry["documents"]] for name, entry in EXPECTED["files"].items()
    }
    assert files["dump-cp874.txt"] == files["form-same-as-dump-cp874.pdf"]


def test_the_copies_of_one_dump_differ_in_each_way_that_was_seen() -> None:
    (document,) = EXPECTED["files"]["dump-two-copies.txt"]["documents"]
    fields = {conflict["field"].partition("[")[0] for conflict in document["conflicts"]}
    assert fields == {"coordinator.name", "rationale", "reports", "targets"}
    text = _bare((SAMPLES / "inbox" / "dump-two-copies.txt").read_text(encoding="utf-8"))
    for conflict in document["conflicts"]:
        for reading in (*conflict["true"].split("\n"), *conflict["false"].split("\n")):
            assert all(_bare(part) in text for part in reading.split(" | "))


@pytest.mark.parametrize("name", [name for name in EXPECTED["files"] if name.startswith("form-")])
def test_the_text_layer_of_a_readable_pdf_prints_its_codes_and_amounts(name: str) -> None:
    text = _bare(extract_text(SAMPLES / "inbox" / name))
    for document in EXPECTED["files"][name]["documents"]:
        project = EXPECTED["projects"][document["project_code"]]
        # At least: a section torn by a page break or the order of cells is the reader's affair, not the generator's.
        assert text.count(project["project_code"]) == document["n_copies"]
        assert f"{project['budget_received']:,.0f}บาท" in text
        assert text.count("ครั้งที่") >= 2 * len(project["reports"]) * document["n_copies"]


def test_the_unreadable_pdfs_are_unreadable_in_the_way_they_say() -> None:
    inbox = SAMPLES / "inbox"
    assert (inbox / "empty.pdf").read_bytes() == b""
    with pytest.raises(PDFPasswordIncorrect):
        extract_text(inbox / "password.pdf")
    assert printed.TITLE[:8] in extract_text(inbox / "password.pdf", password=PASSWORD)
    assert extract_text(inbox / "scan.pdf").strip() == ""
    assert (inbox / "scan.pdf").read_bytes().count(b"/Image") >= 2
    broken = (inbox / "broken.pdf").read_bytes()
    assert broken.startswith(b"%PDF-")
    assert b"%%EOF" not in broken
    with pytest.raises(PSException):
        extract_text(io.BytesIO(broken))
