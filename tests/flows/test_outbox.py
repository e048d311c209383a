from __future__ import annotations

import multiprocessing
import shutil
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from flows.letters import NOBODY, Letter, compose
from flows.mail_files import parsed, store_path
from flows.outbox import Told, deliver, deposit, listed, told_before, waiting, withdraw
from flows.settings import Settings
from load import mail_store
from tests.flows.conftest import SAMPLES, run
from tests.flows.mail_servers import serving, to_server
from tests.flows.test_letters import letter

NIGHT, NEXT = date(2026, 11, 22), date(2026, 11, 23)


def telling(name: str, *findings: str, **changes: Any) -> Letter:
    told = {"night": "2026-11-22", "findings": list(findings), "late": []}
    return letter(name, text=" ".join(findings) or "-", **{"told": told, **changes})


def states(settings: Settings) -> list[tuple[str, str]]:
    with mail_store.opened(store_path(settings)) as con:
        return [(mail.recipient.removeprefix("coordinator:"), mail.state) for mail in mail_store.mails(con)]


def files(settings: Settings, folder: str = "") -> list[str]:
    return sorted(p.name for p in (settings.outbox / folder).glob("*.eml"))


def send(settings: Settings, **changes: Any) -> list[str]:
    """Deliver to a server that takes everything; the outcomes."""
    with serving() as (_, port):
        return [d.outcome for d in deliver(to_server(settings, port), **changes)]


def test_each_letter_is_a_file_of_its_own_that_does_not_name_anybody(settings: Settings) -> None:
    made = deposit(settings, [letter("ก"), letter("ข")], NIGHT)
    assert [p.name for p in made] == files(settings)
    assert len(made) == 2
    assert all(p.name.startswith("2026-11-22-") and p.name.isascii() for p in made)
    assert sorted(p.read_bytes() for p in made) == sorted(compose(letter(n), NIGHT, settings) for n in "กข")


def test_the_same_letter_again_changes_nothing(settings: Settings) -> None:
    before = deposit(settings, [letter("ก"), letter("ข")], NIGHT)
    stamps = [p.stat().st_mtime_ns for p in before]
    assert deposit(settings, [letter("ข"), letter("ก")], NIGHT) == before
    assert [p.stat().st_mtime_ns for p in before] == stamps
    assert states(settings) == [("ก", "waiting"), ("ข", "waiting")]


def test_a_letter_that_changed_takes_the_place_of_the_one_that_waits(settings: Settings) -> None:
    deposit(settings, [telling("ก", "old")], NIGHT)
    deposit(settings, [telling("ก", "new", address="other@kaona.invalid")], NIGHT)
    [(path, message)] = waiting(settings)
    assert "new" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert files(settings) == [path.name]
    deposit(settings, [telling("ก", "old")], NIGHT)
    assert states(settings) == [("ก", "withdrawn"), ("ก", "waiting")]


def test_letters_of_another_kind_or_night_or_to_another_recipient_wait_beside_it(settings: Settings) -> None:
    deposit(settings, [letter("ก"), letter("ก", kind="head", recipient="head:1"), letter("ข")], NIGHT)
    deposit(settings, [letter("ก")], NEXT)
    assert len(files(settings)) == len(waiting(settings)) == 4


def test_a_letter_that_was_sent_stays_and_a_changed_one_is_a_second_mail(settings: Settings) -> None:
    deposit(settings, [telling("ก", "old")], NIGHT)
    assert send(settings) == ["sent"]
    assert deposit(settings, [telling("ก", "old")], NIGHT) == []
    assert len(deposit(settings, [telling("ก", "new")], NIGHT)) == 1
    assert send(settings) == ["sent"]
    assert len(files(settings, "sent")) == 2
    assert files(settings) == []


def test_a_rerun_that_has_nothing_to_say_withdraws_what_waits_of_this_night_only(settings: Settings) -> None:
    deposit(settings, [letter("ก"), letter("ข"), letter("ค", kind="operator")], NIGHT)
    deposit(settings, [letter("ก")], NEXT)
    assert withdraw(settings, NIGHT, ["coordinator"], {("coordinator", "coordinator:ข")}) == 1
    assert sorted(states(settings)) == [("ก", "waiting"), ("ก", "withdrawn"), ("ข", "waiting"), ("ค", "waiting")]
    assert len(files(settings)) == 3
    assert len(deposit(settings, [letter("ก")], NIGHT)) == 1  # and said after all
    assert len(files(settings)) == 4


def test_what_was_told_is_known_by_recipient_with_the_address_it_went_to(settings: Settings) -> None:
    assert told_before(settings, NIGHT) == {}
    deposit(settings, [telling("ก", "f1", "f2"), letter("ข")], NIGHT)
    deposit(settings, [telling("ก", "f2", address="new@kaona.invalid")], NEXT)
    snapshot = {"night": "2026-11-22", "findings": ["f2"], "late": []}
    later = date(2026, 11, 24)
    assert told_before(settings, later) == {"coordinator:ก": Told(NEXT, snapshot, "new@kaona.invalid")}
    assert told_before(settings, later)["coordinator:ก"].findings == frozenset({"f2"})


def test_a_mail_of_this_very_night_that_still_waits_told_nothing_yet(settings: Settings) -> None:
    deposit(settings, [telling("ก", "f1")], NIGHT)
    deposit(settings, [telling("ก", "f2")], NEXT)
    assert told_before(settings, NEXT)["coordinator:ก"].findings == {"f1"}
    send(settings)
    assert told_before(settings, NEXT)["coordinator:ก"].findings == {"f2"}


def test_a_mail_that_was_refused_expired_or_withdrawn_told_nothing(settings: Settings) -> None:
    deposit(settings, [telling("ก", "f1", address="no address")], NIGHT)
    deposit(settings, [telling("ข", "f1")], NIGHT)
    deposit(settings, [telling("ค", "f1")], NIGHT)
    withdraw(settings, NIGHT, ["coordinator"], {("coordinator", "coordinator:ค")})
    send(settings, now=datetime.now(UTC) + timedelta(days=6))
    assert {s for r, s in states(settings) if r in "กขค"} == {"refused", "withdrawn", "expired"}
    assert told_before(settings, NEXT) == {}


def test_a_letter_that_a_server_refused_is_tried_once_more_when_it_is_written_again(settings: Settings) -> None:
    [path] = deposit(settings, [telling("ก", "f1")], NIGHT)
    first = path.read_bytes()
    with serving() as (server, port):
        server.at_recipient = ["550 5.7.1 not from here"]
        assert [d.outcome for d in deliver(to_server(settings, port)) if d.kind == "coordinator"] == ["refused"]
        assert waiting(settings, "ก") == []
        [again] = deposit(settings, [telling("ก", "f1")], NIGHT)  # the server takes mail from here by now
        assert again.read_bytes() == first
        deliver(to_server(settings, port))
        assert first in server.received
    assert deposit(settings, [telling("ก", "f1")], NIGHT) == []
    deposit(settings, [telling("ข", "f1", address="no address")], NIGHT)
    assert deposit(settings, [telling("ข", "f1", address="no address")], NIGHT) == []


def test_a_mail_that_somebody_took_from_the_folder_counts_as_told(settings: Settings) -> None:
    deposit(settings, [telling("ก", "f1"), letter("ข")], NIGHT)
    [(taken, _)] = waiting(settings, "ก")
    content = taken.read_bytes()
    taken.unlink()
    assert len(waiting(settings)) == 1
    assert states(settings) == [("ก", "taken"), ("ข", "waiting")]
    assert told_before(settings, NEXT)["coordinator:ก"].findings == {"f1"}
    assert send(settings) == ["sent"]
    taken.write_bytes(content)  # and put back: it is to be sent after all
    assert send(settings) == ["sent"]


def test_a_file_that_was_never_written_is_written_from_the_row(settings: Settings) -> None:
    [path] = deposit(settings, [letter("ก")], NIGHT)
    content = path.read_bytes()
    path.unlink()
    with mail_store.opened(store_path(settings)) as con:  # as a killed run leaves it
        [mail] = mail_store.mails(con)
        mail_store.change(con, mail.message_id, datetime.now(UTC), is_written=False)
    assert [p for p, _ in waiting(settings)] == [path]
    assert path.read_bytes() == content


def test_files_of_an_older_kaona_are_sent_too(settings: Settings) -> None:
    settings.outbox.mkdir(parents=True)
    (settings.outbox / "2026-11-20-0123456789ab.eml").write_bytes(compose(letter("ก"), NIGHT, settings))
    (settings.outbox / "2026-11-20-0123456789ac.eml").write_bytes(b"To: box@kaona.invalid\nSubject: x\n\ny\n")
    (settings.outbox / "2026-11-20-0123456789ab.eml.part").write_bytes(b"half")
    assert len(waiting(settings)) == 2
    assert send(settings) == ["sent", "sent"]
    assert files(settings) == []
    assert send(settings) == []
    assert not list(settings.outbox.glob("*.part"))


def test_a_store_that_is_lost_loses_no_mail(settings: Settings) -> None:
    made = deposit(settings, [letter("ก"), letter("ข")], NIGHT)
    store_path(settings).unlink()
    assert [p for p, _ in waiting(settings)] == made
    store_path(settings).write_bytes(b"no store" * 2000)
    with pytest.raises(ValueError, match="move it away"):
        waiting(settings)


def test_an_address_that_is_none_stops_nobody_else(settings: Settings) -> None:
    wrong = letter("ก", address="a@kaona.invalid\r\nRCPT TO:<b@kaona.invalid>")
    assert len(deposit(settings, [wrong, letter("ข")], NIGHT)) == 1
    assert states(settings) == [("ก", "refused"), ("ข", "waiting")]
    [file] = files(settings, "undelivered")
    assert str(parsed((settings.outbox / "undelivered" / file).read_bytes())["To"].addresses[0].addr_spec) == NOBODY


def test_sent_mails_leave_the_store_and_their_copies_stay_for_a_while(settings: Settings) -> None:
    deposit(settings, [telling("ก", "f1"), letter("ข")], NIGHT)
    send(settings)
    with mail_store.opened(store_path(settings)) as con:
        assert mail_store.mails(con, has_content=True) == []
    assert len(files(settings, "sent")) == 2
    send(settings, now=datetime(2028, 1, 1, tzinfo=UTC))
    assert files(settings, "sent") == []
    assert told_before(settings, NEXT)["coordinator:ก"].findings == {"f1"}


def test_no_letter_of_a_night_is_there_before_all_are(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import outbox

    def broken(made: Letter, *rest: Any) -> bytes:
        if made.name == "ข":
            raise RuntimeError("broken")
        return compose(made, *rest)

    monkeypatch.setattr(outbox, "compose", broken)
    with pytest.raises(RuntimeError, match="broken"):
        deposit(settings, [letter("ก"), letter("ข")], NIGHT)
    assert waiting(settings) == []
    assert files(settings) == []


def test_only_some_mails_are_listed_by_name_or_address(settings: Settings) -> None:
    deposit(settings, [letter("สมหญิง"), letter("Other", address="Desk@kaona.invalid")], NIGHT)
    assert [m["To"].addresses[0].display_name for _, m in listed(settings, "สมห")] == ["สมหญิง"]
    assert [m["To"].addresses[0].display_name for _, m in listed(settings, "desk@")] == ["Other"]


def _hold(path: Any, held: Any, release: Any) -> None:
    with mail_store.opened(path):
        held.set()
        release.wait(20)


def test_a_store_that_another_process_holds_is_waited_for(settings: Settings) -> None:
    deposit(settings, [letter("ก")], NIGHT)
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(store_path(settings), held, release))
    holder.start()
    try:
        assert held.wait(60)
        with pytest.raises(mail_store.StoreBusy), mail_store.opened(store_path(settings), 0.2):
            pass
        release.set()
        assert len(waiting(settings)) == 1
    finally:
        release.set()
        holder.join(20)


def test_a_night_sends_its_mails_when_a_server_is_set(settings: Settings) -> None:
    shutil.copy(SAMPLES / "dump-flags.txt", settings.home / "inbox")
    with serving() as (inbox, port):
        summary = run(to_server(settings, port))
    assert summary.mails == len(inbox.received) > 0
    assert waiting(settings) == []


def test_without_a_mail_server_sending_says_what_to_set(settings: Settings) -> None:
    with pytest.raises(ValueError, match="KAONA_SMTP_HOST"):
        deliver(settings)


def test_a_rerun_after_the_store_was_lost_knows_its_letters_again(settings: Settings) -> None:
    deposit(settings, [telling("ก", "f1"), telling("ข", "f1")], NIGHT)
    store_path(settings).unlink()
    deposit(settings, [telling("ก", "f1"), telling("ข", "f2")], NIGHT)
    assert sorted(states(settings))[1:] == [("ก", "waiting"), ("ข", "waiting")]
    assert len(files(settings)) == 2
    assert told_before(settings, NEXT)["coordinator:ก"].findings == {"f1"}
