from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli, mail_preview
from flows.mail_files import parsed
from flows.outbox import body, deliver, deposit, listed, waiting
from flows.settings import Settings
from tests.flows.mail_servers import serving, to_server
from tests.flows.test_letters import letter

NIGHT = date(2026, 11, 22)


def kaona(settings: Settings, *arguments: str, port: int | None = None) -> tuple[int, str]:
    env = {} if port is None else {
        "KAONA_SMTP_HOST": "127.0.0.1", "KAONA_SMTP_PORT": str(port), "KAONA_SMTP_SECURITY": "none",
    }  # fmt: skip
    done = CliRunner().invoke(cli.app, ["mail", *arguments, "--home", str(settings.home)], env=env)
    told = done.output + ("" if done.exception is None or done.exit_code == 2 else str(done.exception))
    return done.exit_code, told


def test_what_waits_is_printed_with_its_text(settings: Settings) -> None:
    [path] = deposit(settings, [letter("สมหญิง", text="เรียน คุณสมหญิง\nแก้ 1 รายการ")], NIGHT)
    code, told = kaona(settings)
    assert code == 0
    assert told.startswith(
        f"── {path.name}\nTo: สมหญิง <box@kaona.invalid>\nSubject: ใหม่ 1\n\nเรียน คุณสมหญิง\nแก้ 1 รายการ\n"
    )
    assert "1 mail waits in the outbox" in told
    assert kaona(settings, "--show", "--to", "nobody")[1] == "0 mails wait in the outbox\n"


def test_a_mail_that_was_tried_says_how_often_and_when_it_is_next(settings: Settings) -> None:
    with serving() as (inbox, port):
        ready = to_server(settings, port, mail_budget_seconds=1.0)
        deposit(ready, [letter("ก")], NIGHT)
        inbox.at_recipient = ["451 later"]
        deliver(ready)
    told = kaona(settings, "--show")[1]
    assert re.search(r"State: deferred, 1 try, next after \d{4}-\d\d-\d\d \d\d:\d\d \(the server answered 451\)", told)


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_shows_every_mail_as_it_would_arrive_loads_nothing_and_runs_nothing(settings: Settings) -> None:
    evil = '"><script>alert(1)</script><img src=https://example.invalid/x onerror=alert(1)>'
    html = '<p style="color:#333">เรียน <b>ก</b></p>' + evil
    deposit(settings, [letter(evil, subject=evil, text=evil, html=html), letter("ข")], NIGHT)
    kaona(settings, "--show")
    page = (settings.outbox / mail_preview.NAME).read_text(encoding="utf-8")
    parser = Elements()
    parser.feed(page)
    tags = [tag for tag, _ in parser.found]
    assert tags.count("iframe") == tags.count("article") == 2
    assert not {"script", "img", "link", "object"} & set(tags)
    for tag, attributes in parser.found:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert str(attributes.get(name) or "#").startswith(("#", "data:"))
        if tag == "iframe":
            assert attributes["sandbox"] == ""
    frames = [a["srcdoc"] for t, a in parser.found if t == "iframe"]
    assert any(html in str(frame) for frame in frames)
    assert "default-src 'none'" in page
    assert [a["download"] for t, a in parser.found if t == "a" and "download" in a] == ["ก.xlsx"] * 2


def test_the_page_is_opened_for_a_person_at_a_desktop_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(mail_preview.webbrowser, "open", lambda url: bool(opened.append(url)) or True)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    page = tmp_path / "preview.html"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    mail_preview.open_on_a_desktop(page)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SSH_CONNECTION", "a b")
    mail_preview.open_on_a_desktop(page)
    monkeypatch.delenv("SSH_CONNECTION")
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    mail_preview.open_on_a_desktop(page)
    assert opened == []
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert mail_preview.open_on_a_desktop(page)
    assert opened == [page.as_uri()]


def test_sending_by_hand_tells_what_became_of_each_mail(settings: Settings) -> None:
    with serving() as (inbox, port):
        deposit(settings, [letter("ก"), letter("ข")], NIGHT)
        code, told = kaona(settings, "--send", "--to", "ก", port=port)
        assert (code, told.split()[1:]) == (0, ["sent"])
        assert len(inbox.received) == 1
        inbox.at_recipient = ["550 5.1.1 no"]
        code, told = kaona(settings, "--send", port=port)
        assert code == 1
        assert "refused  the server answered 550 5.1.1" in told
        status = kaona(settings, "--status")[1]
    assert re.search(r"^sent +2 ", status, re.M)
    assert re.search(r"^refused +1 ", status, re.M)
    assert "@" not in status


def test_a_sample_goes_to_oneself_and_counts_for_nobody(settings: Settings) -> None:
    with serving() as (inbox, port):
        deposit(settings, [letter("ก"), letter("ข", text="ยาวกว่า " * 40), letter(kind="operator")], NIGHT)
        before = [(m.message_id, m.state) for m, _ in listed(settings)]
        code, told = kaona(settings, "--to", "me@kaona.invalid", port=port)
        assert (code, "nothing counts as delivered" in told) == (0, True)
        assert [(m.message_id, m.state) for m, _ in listed(settings)] == before
        [sample] = inbox.received
        assert inbox.recipients == ["me@kaona.invalid"]
        assert parsed(sample)["Subject"].startswith("[ตัวอย่าง] ")
        assert body(parsed(sample)).startswith("ยาวกว่า")  # the fullest of them
        deliver(to_server(settings, port))
        assert kaona(settings, "--to", "me@kaona.invalid", port=port)[0] == 0  # none waits: the last one sent
        assert inbox.recipients[-1] == "me@kaona.invalid"


def test_a_sample_that_cannot_be_sent_says_why(settings: Settings) -> None:
    assert "KAONA_SMTP_HOST" in kaona(settings, "--to", "me@kaona.invalid")[1]
    with serving() as (inbox, port):
        assert "no mail to a coordinator" in kaona(settings, "--to", "me@kaona.invalid", port=port)[1]
        deposit(settings, [letter("ก")], NIGHT)
        assert "no mail address" in kaona(settings, "--to", "me@", port=port)[1]
        inbox.at_recipient = ["550 5.1.1 no"]
        assert "550 5.1.1" in kaona(settings, "--to", "me@kaona.invalid", port=port)[1]
    assert len(waiting(settings)) == 1


def test_an_outbox_that_was_never_used_is_empty(settings: Settings) -> None:
    assert kaona(settings, "--show")[1] == "0 mails wait in the outbox\n"
    assert kaona(settings, "--status")[1] == "the outbox holds no mails\n"
    assert not settings.outbox.exists()


def test_what_excludes_each_other_is_wrong_usage(settings: Settings) -> None:
    assert kaona(settings, "--show", "--send")[0] == 2
    assert kaona(settings, "--send", "--status")[0] == 2
