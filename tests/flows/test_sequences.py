"""Any sequence of nights ends in what a rebuild from the archive gives, byte for byte.

Files come, change, are withdrawn and come back, stand under two names, arrive late or twice, and a night is run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from flows.rebuild import verify_exports
from tests.flows.conftest import run, settings_in
from tests.flows.test_nights import LIBRARY, MISREAD, PARK, later, misspelt, project

START = date(2026, 11, 20)
OTHER = project(3, "50390000-9555")
# what a file can hold: versions of three projects, alone and together, one with a misread code
VERSIONS: tuple[str | bytes, ...] = (
    dump_text([Copy(LIBRARY, STYLE_1), Copy(LIBRARY, STYLE_2)]),
    dump_text([Copy(misspelt(LIBRARY), STYLE_1), Copy(later(LIBRARY), STYLE_2)]),
    dump_text([Copy(PARK, STYLE_2)]),
    dump_text([Copy(later(PARK, code=MISREAD), STYLE_1), Copy(OTHER, STYLE_1)]),
    dump_text([Copy(OTHER, STYLE_2)])[:900],
    b"%PDF-1.4 broken",
)
NAMES = ("a.txt", "b.txt", "c.pdf")
# a step: which night is run, and what stands in the inbox then (file → version)
Step = tuple[int, Mapping[str, int]]
steps = st.tuples(
    st.integers(0, 3), st.dictionaries(st.sampled_from(NAMES), st.integers(0, len(VERSIONS) - 1), min_size=1)
)

SEQUENCE: tuple[Step, ...] = (
    (1, {"a.txt": 0, "b.txt": 2}),  # new
    (2, {"a.txt": 1, "c.pdf": 5}),  # one changed, one withdrawn, one broken
    (0, {"b.txt": 3, "c.pdf": 2}),  # a late night with a misread code, and bytes that a later night had brought
    (2, {"a.txt": 0, "b.txt": 0, "c.pdf": 4}),  # the night again: the first file is back, twice, and one is cut short
)


def ends_in_what_a_rebuild_gives(sequence: tuple[Step, ...] | list[Step], home: Path) -> None:
    configured = settings_in(home, write_mails=False)
    inbox = home / "inbox"
    inbox.mkdir(parents=True)
    for night, files in sequence:
        for old in inbox.iterdir():
            old.unlink()
        for name, version in sorted(files.items()):
            content = VERSIONS[version]
            (inbox / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        run(configured, START + timedelta(days=night))
    assert verify_exports(configured) == []


@pytest.mark.soak
def test_new_changed_withdrawn_late_and_repeated_files_end_in_what_a_rebuild_gives(tmp_path: Path) -> None:
    ends_in_what_a_rebuild_gives(SEQUENCE, tmp_path / "home")


@settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=2, max_size=2))
def test_any_short_sequence_ends_in_what_a_rebuild_gives(tmp_path: Path, sequence: list[Step]) -> None:
    with TemporaryDirectory(dir=tmp_path) as folder:
        ends_in_what_a_rebuild_gives(sequence, Path(folder) / "home")


@pytest.mark.soak
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=2, max_size=6))
def test_any_sequence_ends_in_what_a_rebuild_gives(tmp_path: Path, sequence: list[Step]) -> None:
    with TemporaryDirectory(dir=tmp_path) as folder:
        ends_in_what_a_rebuild_gives(sequence, Path(folder) / "home")
