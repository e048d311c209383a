"""Nights over several kinds of sources at once: a web server, an SSH server and a ZIP in the inbox."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from extract.sources import SourceUnavailable, store
from flows.cli import app
from flows.delivery import pull_sources
from flows.operating import night_log
from flows.operating.status import status_of
from flows.outbox import body, waiting
from flows.summary import as_text
from tests.extract.source_servers import LOGIN, Web, ssh_server, status, web_server
from tests.flows.broken_nights import LISTED, Before
from tests.flows.canaries import everything_in, told_in
from tests.flows.conftest import FIRST, SAMPLES, SECOND, THIRD, run, settings_in
from tests.flows.homes import copied
from tests.flows.test_nights import project
from tests.flows.whole import Undisturbed, check_accounts, check_whole, sha_of, tables_of

CANARY = "canary-in-a-coal-mine"
FORMS = [dump_text([Copy(project(n, f"50390000-91{n}1", reports=1), STYLE_1)]).encode() for n in range(1, 5)]


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_server() as made:
        yield made


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path, Path]]:
    home = tmp_path_factory.mktemp("ssh")
    (home / "root" / "drop").mkdir(parents=True)
    with ssh_server(home / "root", home) as (port, known_hosts):
        yield port, known_hosts, home / "root" / "drop"


def zipped(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.fault(32, 49)
def test_a_night_over_three_kinds_of_sources_and_no_secret_is_written_anywhere(
    tmp_path: Path, web: Web, ssh: tuple[int, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, (port, known_hosts, drop) = tmp_path / "home", ssh
    (home / "inbox").mkdir(parents=True)
    (home / "inbox" / "export.zip").write_bytes(zipped(("2563/ก.txt", FORMS[0]), ("../up.txt", FORMS[0])))
    web.files = {"/export/a.txt": FORMS[1], "/export/b.txt": FORMS[2]}
    web.password = "Basic " + base64.b64encode(f"export:{CANARY}".encode()).decode()
    (drop / "c.txt").write_bytes(FORMS[3])
    host = web.uri.removeprefix("http://")
    monkeypatch.setenv("SSH_PASSWORD", "secret word")
    monkeypatch.setenv("KAONA_SOURCE_WAIT_SECONDS", "0.01")
    monkeypatch.setenv("KAONA_SOURCE_OPTIONS", json.dumps({f"sftp://127.0.0.1:{port}/": {"password": "env:SSH_PASSWORD", "known_hosts": str(known_hosts), "client_keys": []}}))  # fmt: skip
    sources = [str(home / "inbox"), f"http://export:{CANARY}@{host}/export/", f"sftp://export@127.0.0.1:{port}/drop"]
    said: list[str] = []

    def run(night: object, sources: list[str] = sources) -> Result:
        given = [part for source in sources for part in ("--source", source)]
        result = CliRunner().invoke(
            app, ["run", "--home", str(home), "--no-prefect", "--json", "--as-of", str(night), *given]
        )
        said.append(result.output + str(result.exception))
        return result

    def found(result: Result) -> dict[str, Any]:
        assert result.exit_code == 0, result.output
        summary: dict[str, Any] = json.loads(result.stdout)
        return summary

    first = found(run(FIRST))
    assert first["files"] == {"listed": 5, "new": 4, "unchanged": 0, "duplicate": 0, "rejected": 1}
    assert [s["source"] for s in first["sources"]] == ["drop", "export", "inbox"]
    assert [r["code"] for r in first["rejected"]] == ["unsafe_name"]
    assert first["projects"] == 4

    web.asked.clear()
    assert found(run(FIRST))["nothing_new"]
    assert not [path for method, path, _ in web.asked if method == "GET" and path.endswith(".txt")]

    # on the second night the web server is broken and the SSH server lets nobody in
    web.pages["/export/"] = (500, CANARY.encode(), {})
    monkeypatch.setenv("SSH_PASSWORD", f"{CANARY}-wrong")
    second = found(run(SECOND))
    told = {s["source"]: s["unavailable"] for s in second["sources"]}
    assert told["inbox"] is None
    assert told["export"].startswith("export: the server answers HTTP 500")
    assert told["drop"].startswith("drop: the server does not let this user in")
    assert second["projects"] == 4

    # a night on which no source answers fails, and a letter says why
    failed = run(THIRD, sources[1:])
    assert failed.exit_code != 0
    assert list((home / "outbox").rglob("*.eml"))
    monkeypatch.setenv("SSH_PASSWORD", "secret word")

    texts = [*everything_in(home), *(("output", text) for text in said)]
    assert len(texts) > 20
    encoded = base64.b64encode(f"export:{CANARY}".encode()).decode()
    assert told_in(texts, [CANARY, "secret word", encoded]) == []


def test_a_list_of_what_was_pulled_from_before_versions_is_read_on(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    (settings.home / "inbox").mkdir(parents=True)
    (settings.home / "inbox" / "a.txt").write_bytes(b"1")
    (settings.home / "inbox" / "export.zip").write_bytes(zipped(("b.txt", b"2"), ("/c.txt", b"3")))
    first = pull_sources(settings, FIRST)
    seen = json.loads((settings.home / "work" / "pulled.json").read_text(encoding="utf-8"))["files"]
    assert [len(seen[uri]) for uri in sorted(seen)] == [3, 8, 8]
    second = pull_sources(settings, SECOND)
    assert [f.is_unchanged for f in second.listing] == [True, True, True]
    assert [(f.uri, f.sha256) for f in second.listing] == [(f.uri, f.sha256) for f in first.listing]
    assert second.digest == first.digest
    (old,) = (f for f in second.listing if f.uri == "inbox/a.txt")
    seen = {"inbox/a.txt": [old.size, old.mtime_ns, old.sha256]}
    (settings.home / "work" / "pulled.json").write_text(json.dumps({"files": seen}), encoding="utf-8")
    third = pull_sources(settings, THIRD)
    assert {f.uri: f.is_unchanged for f in third.listing} == {
        "inbox/a.txt": True,
        "inbox/export.zip//c.txt": False,
        "inbox/export.zip/b.txt": False,
    }


def test_two_sources_of_one_name_know_their_own_files(tmp_path: Path) -> None:
    one, other = tmp_path / "north" / "drop", tmp_path / "south" / "drop"
    for folder, data in ((one, b"1"), (other, b"2")):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_bytes(data)
    for folder in (one, other):
        os.utime(folder / "a.txt", ns=(10**18, 10**18))
    settings = settings_in(tmp_path / "home", sources=[str(one), str(other)])
    first = pull_sources(settings, FIRST)
    assert [f.uri for f in first.listing] == ["drop/a.txt", "drop~2/a.txt"]
    again = pull_sources(settings, SECOND)
    assert [(f.sha256, f.is_unchanged) for f in again.listing] == [(f.sha256, True) for f in first.listing]
    assert len({f.sha256 for f in again.listing}) == 2


def test_files_of_a_source_that_is_away_are_not_fetched_again_when_it_is_back(tmp_path: Path, web: Web) -> None:
    web.clear()
    web.files = {"/export/a.txt": b"1"}
    settings = settings_in(tmp_path / "home", sources=[f"{web.uri}/export/", str(tmp_path)], source_wait_seconds=0)
    pull_sources(settings, FIRST)
    web.pages["/export/"] = (503, b"", {})
    assert [a.unavailable is None for a in pull_sources(settings, SECOND).asked if a.source == "export"] == [False]
    web.pages.clear()
    web.faults["/export/a.txt"].append(status(500))
    again = {f.uri: f.is_unchanged for f in pull_sources(settings, THIRD).listing}
    assert again["export/a.txt"]


@pytest.mark.fault(32)
def test_a_source_that_a_second_run_of_the_night_cannot_list_is_told_and_its_files_stay(tmp_path: Path) -> None:
    places = [tmp_path / "one", tmp_path / "two"]
    for place, sample in zip(places, ("dump-utf16.txt", "dump-cp874.txt"), strict=True):
        place.mkdir()
        shutil.copy(SAMPLES / sample, place)
    settings = settings_in(tmp_path / "home", sources=[str(place) for place in places], write_mails=False)
    assert run(settings).projects == 2
    places[1].rename(tmp_path / "away")
    for _ in ("something is new: a source is away", "nothing is new"):
        again = run(settings)
        assert again.projects == 2
        assert "LOOK AT   source two could not be listed this time" in as_text(again)
        assert "two: there is no such folder" in str(night_log.read(settings.log, 1))
    assert any("source two could not be listed this time" in said for said in status_of(settings).needs)
    (tmp_path / "away").rename(places[1])
    assert "LOOK AT" not in as_text(run(settings))


@pytest.mark.fault(29)
def test_a_file_that_vanishes_between_listing_and_reading_is_counted_and_comes_in_when_it_is_back(
    before: Before, should: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied(before.home, tmp_path)
    leaving = home.home / "inbox" / "form-reportlab.pdf"

    def take_away(point: str) -> None:
        if point == "pull.part" and leaving.exists():  # the first new file was read, the others are listed
            leaving.rename(tmp_path / leaving.name)

    with monkeypatch.context() as patch:
        patch.setattr(store, "at", take_away)
        summary = run(home, SECOND)
    assert not leaving.exists()
    check_accounts(home, summary, LISTED)
    assert [r["code"] for r in summary.rejected if r["uri"] == "inbox/form-reportlab.pdf"] == ["vanished"]
    assert tables_of(home.published)["main.dim_project"][0] == should.tables["main.dim_project"][0] - 1
    assert run(home, SECOND).nothing_new is False  # it stands there no more: listed otherwise
    (tmp_path / leaving.name).rename(leaving)
    check_whole(home, SECOND, should, listed=LISTED)


@pytest.mark.fault(31, 32)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="empty"),
        pytest.param((200, LOGIN, {}), id="login"),
        pytest.param((500, b"", {}), id="broken", marks=pytest.mark.soak),
    ],
)
def test_a_night_on_which_everything_is_gone_or_says_nothing_keeps_every_fact_and_heals(
    before: Before, should: Undisturbed, tmp_path: Path, web: Web, answer: tuple[int, bytes, dict[str, str]] | None
) -> None:
    web.clear()
    home = copied(before.home, tmp_path, sources=[f"{web.uri}/inbox/"], source_wait_seconds=0)
    whole = {f"/inbox/{path.name}": path.read_bytes() for path in (home.home / "inbox").iterdir()}
    was, old = tables_of(home.published), sha_of(home.published)
    if answer is None:
        summary = run(home, SECOND)
        assert [source["is_believed"] for source in summary.sources] == [False]
        now = tables_of(home.published)
        assert {name: now[name] for name in was if name.startswith("main.")} == {
            n: was[n] for n in was if n.startswith("main.")
        }
    else:
        web.files, web.pages = whole, {"/inbox/": answer}
        with pytest.raises(SourceUnavailable):
            run(home, SECOND)
        assert sha_of(home.published) == old
    assert ["inbox" in body(mail) for _, mail in waiting(home, home.operator)] == [True]
    web.files, web.pages = whole, {}
    check_whole(home, SECOND, should, listed=LISTED)
