"""The points at which tests break a night do nothing unless they are asked to."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PASS_THREE_TIMES = """
from extract.fault_points import nothing, at
for point in ("a.b", "a.c", "a.b", "a.b"):
    print(point, flush=True)
    at(point)
print(at is nothing)
"""


def passed(asked):
    done = subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES], env={**os.environ, "KAONA_FAULT": asked}, capture_output=True, text=True
    )  # fmt: skip
    return done.returncode, done.stdout.split(), done.stderr.strip().splitlines()[-1:]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", (0, ["a.b", "a.c", "a.b", "a.b", "True"], [])),
        ("a.d:1:kill", (0, ["a.b", "a.c", "a.b", "a.b", "False"], [])),
        ("a.b:2:raise", (1, ["a.b", "a.c", "a.b"], ["extract.fault_points.Injected: fault at a.b"])),
        ("a.c:1:full", (1, ["a.b", "a.c"], ["OSError: [Errno 28] No space left on device: 'a.c'"])),
        ("a.b:1:kill", (-9, ["a.b"], [])),
        ("a.b:1:stop", (-15, ["a.b"], [])),
        ("*:1:tell", (0, ["a.b", "a.c", "a.b", "a.b", "False"], ["fault point a.b"])),
    ],
)
def test_a_point_does_what_is_asked_when_it_is_passed_for_the_nth_time(asked, expected):
    assert passed(asked) == expected
