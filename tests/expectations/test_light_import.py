"""Great Expectations is imported without databases, clouds and charts, and misses none of them."""

import subprocess
import sys

LIGHT = """
import sys
from expectations.light_import import ABSENT, great_expectations
gx = great_expectations()
assert gx is great_expectations()
assert not any(finder.__class__.__name__ == "_Finder" for finder in sys.meta_path)
print(sorted(ABSENT & set(sys.modules)), "scipy.stats._stats_py" in sys.modules, "altair.vegalite" in sys.modules)
"""


def in_a_new_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def test_what_nobody_asks_about_is_not_imported_and_comes_when_it_is_asked() -> None:
    said = in_a_new_process(
        LIGHT
        + """
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as of_charts
assert round(of_charts.stats.entropy([0.5, 0.5]), 4) == 0.6931
assert of_charts.alt.Chart.__module__.startswith("altair.")
import altair.vegalite, scipy.stats, boto3, sqlalchemy
assert altair.Chart is of_charts.alt.Chart is altair.vegalite.Chart
from scipy.stats import norm
assert scipy.stats.norm is norm is of_charts.stats.norm
assert sqlalchemy.select(1) is not None
print("all there")
"""
    )
    assert said.splitlines() == ["[] False False", "all there"]


def test_what_was_imported_before_stays_as_it_is() -> None:
    said = in_a_new_process(
        f"import boto3, altair\nimport sqlalchemy, scipy.stats\nbefore = scipy.stats.norm\n{LIGHT}"
        "assert scipy.stats.norm is before and sqlalchemy.select(1) is not None"
    )
    assert "sqlalchemy" in said


def test_what_is_asked_while_it_is_imported_comes_at_once() -> None:
    said = in_a_new_process(
        "from expectations.light_import import _light\n"
        "with _light():\n"
        "    from scipy import stats\n"
        "    import altair\n"
        "    print(stats.norm.mean(), altair.Chart.__name__)\n"
        "import altair as again\n"
        "print(again.Chart is altair.Chart)\n"
    )
    assert said.splitlines() == ["0.0 Chart", "True"]
