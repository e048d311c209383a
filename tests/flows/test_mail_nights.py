"""Whole nights whose mail server is away, slow or takes not everything: the night is good, and no mail is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from flows import dispatch
from flows.mail_files import parsed
from flows.outbox import body, waiting
from flows.settings import Settings
from tests.flows.broken_nights import LISTED, Before
from tests.flows.conftest import SECOND, run
from tests.flows.homes import lines
from tests.flows.mail_servers import Inbox, dribble, free_port, scripted, to_server
from tests.flows.whole import (
    Undisturbed,
    check_accounts,
    check_published,
    check_whole,
    exports_of,
    left_over,
    mails_of,
    sha_of,
    tables_of,
)

pytestmark = pytest.mark.usefixtures("no_pause")


@pytest.fixture
def home(before: Before, tmp_path: Path, server: tuple[Inbox, int]) -> Settings:
    """Before its second night, with a mail server that works."""
    return before.copied(tmp_path, server)


def good_night(home: Settings, should: Undisturbed) -> dict[str, object]:
    """The second night is published whole, whatever mail does; what its line says of mails."""
    was, old = tables_of(home.published), sha_of(home.published)
    assert not run(home, SECOND).nothing_new
    assert check_published(home, was, old, should.tables)
    record = lines(home)[-1]
    assert record["outcome"] == "complete"
    found: dict[str, object] = record["mails"]
    return found


@pytest.mark.fault(40)
@pytest.mark.parametrize(
    "changes", [{"smtp_port": free_port()}, {"smtp_host": "nowhere.invalid"}], ids=["down", "no name"]
)
def test_mails_wait_for_a_server_that_is_away_and_go_with_the_next_run(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], changes: dict[str, object]
) -> None:
    told = good_night(home.model_copy(update=changes), should)
    assert (told["sent"], told["waiting"], told["failed"]) == (0, told["written"], 0)
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED, most_repeated=0)
    assert waiting(home) == []


@pytest.mark.fault(41)
def test_a_server_that_dribbles_takes_its_time_from_the_mails_and_not_from_the_night(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int]
) -> None:
    with scripted(dribble) as (_, port):
        slow = to_server(home, port, mail_budget_seconds=0.7)
        told = good_night(slow, should)
    assert (told["sent"], told["waiting"]) == (0, told["written"])
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED, most_repeated=0)


@pytest.mark.fault(41)
def test_a_mail_whose_answer_came_too_late_is_the_only_one_that_comes_twice(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int]
) -> None:
    inbox, _ = server
    naps = [1.0]
    inbox.on_content = lambda: time.sleep(naps.pop() if naps else 0)
    first = len(inbox.received)
    good_night(home.model_copy(update={"smtp_timeout_seconds": 0.3}), should)
    assert len(inbox.received) == first + 1
    check_whole(home, SECOND, should, received=inbox.received, listed=LISTED, most_repeated=1)
    ids = [str(parsed(content)["Message-ID"]) for content in inbox.received[first:]]
    assert len(ids) == len(set(ids)) + 1


@pytest.mark.fault(42)
def test_a_deferred_mail_is_sent_a_refused_one_told_to_the_operator_and_written_again(
    home: Settings, should: Undisturbed, server: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "BACKOFF", (0.0,))
    inbox, _ = server
    inbox.at_recipient = ["451 4.7.1 later", "550 5.1.1 unknown"]
    told = good_night(home, should)
    assert (told["sent"], told["waiting"], told["failed"]) == (told["written"], 0, 1)  # all but one, and the operator's
    assert inbox.recipients[-1] == home.operator
    assert "550 5.1.1" in body(parsed(inbox.received[-1]))
    operators_own = str(parsed(inbox.received[-1])["Message-ID"])
    rerun = run(home, SECOND)
    assert rerun.nothing_new
    check_accounts(home, rerun, LISTED)
    assert left_over(home) == []
    assert rerun.mails == 1
    assert (exports_of(home), tables_of(home.published)) == (should.exports, should.tables)
    now = mails_of(home)
    assert now.keys() - {operators_own} == should.mails.keys()  # the refused one too, under its own name
    arrived = [str(parsed(content)["Message-ID"]) for content in inbox.received]
    assert sorted(arrived) == sorted(now)
    assert run(home, SECOND).mails == 0
    assert len(inbox.received) == len(arrived)
