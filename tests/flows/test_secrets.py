"""What a night leaves behind, good, failed or blocked, names no secret and, where many can read it, no person."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.settings import Settings
from flows.validating import NotPublished
from tests.flows import canaries, warm
from tests.flows.broken_nights import arguments
from tests.flows.conftest import SECOND, run
from tests.flows.mail_servers import free_port, serving, wanting_login
from tests.flows.prefect_parts import environment
from tests.flows.test_quarantine import damaged
from tests.flows.whole import check_whole, undisturbed_of

# the test server says that a login over an open line is not wise
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home after its first night, with a second one in the inbox that DuckDB will refuse."""
    return canaries.home_near_her(tmp_path)


@pytest.mark.fault(49)
def test_a_failed_night_and_the_good_one_after_it_tell_no_secret_and_no_person(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(**wanting_login(auth_require_tls=False)) as (_, port):
        variables = canaries.secret_variables(home, port, free_port())
        failed = warm.ran(arguments(home), environment(**variables), home.home.parent)
        to_operator = [text for address, text in canaries.letters(home) if home.operator in address]
        canaries.allowed(home)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        good = CliRunner().invoke(app, arguments(home))
    assert (failed.returncode, good.exit_code) == (1, 0), failed.stderr + good.output
    assert 'duplicate key "…"' in failed.stderr
    assert "Traceback" not in failed.stderr
    for stderr in (failed.stderr, good.stderr):
        assert "the server refuses the login (535)" in stderr
        assert "heartbeat URL was not told" in stderr
    assert "NOT WHOLE source export could not be listed" in good.stdout
    assert all((home.published.parent / page).is_file() for page in ("index.html", "data_docs/index.html"))
    canaries.check_untold(home, {"failed": failed.stdout + failed.stderr, "good": good.output})
    assert [canaries.PERSON.name in text for text in to_operator] == [True]  # all of the error, for who looks into it
    others = [(address, text) for address, text in canaries.letters(home) if home.operator not in address]
    assert others
    assert canaries.told_in(others, canaries.NUMBERS) == []


@pytest.mark.fault(49)
def test_a_blocked_night_shows_its_answers_and_no_person(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    def doubled(frames: dict[str, pd.DataFrame]) -> None:
        for name in ("dim_project", "project_person"):
            frames[name] = pd.concat([frames[name], frames[name]], ignore_index=True)

    with pytest.MonkeyPatch.context() as patch:
        damaged(patch, doubled)
        with pytest.raises(NotPublished) as blocked:
            run(home.model_copy(update={"data_docs": True}), SECOND)
    assert (home.home / "work" / "data_docs" / "index.html").is_file()
    canaries.check_untold(home, {"error": str(blocked.value), "output": "".join(capfd.readouterr())})
    canaries.allowed(home)
    run(home, SECOND)
    check_whole(home, SECOND, undisturbed_of(home), listed=3)
