"""Web servers on loopback, whole and broken: what is pulled is whole and right, or is told, and comes on the next run."""

import base64
import hashlib
import threading
from dataclasses import replace

import pytest

from extract.sources import Limits, SourceUnavailable, finish, pull, read_archived
from tests.extract.source_servers import LOGIN, becomes, cut, damaged, reset, stall, status, trickle, web_server

QUICK = Limits(wait_seconds=0.01, stall_seconds=20, file_seconds=60, attempts=3)
IMPATIENT = replace(QUICK, stall_seconds=0.4)
DATA = b"%PDF-1.7 " + bytes(range(256)) * 8000


@pytest.fixture(scope="module")
def server():
    with web_server() as made:
        yield made


@pytest.fixture
def web(server):
    server.clear()
    yield server
    server.released.set()


def known(pulled):
    return {file.uri: file for file in pulled}


def codes(pulled):
    return {file.uri: file.rejection.code for file in pulled if file.rejection}


def parts(archive):
    return sorted((archive / "incoming").glob("*.part"))


def test_a_listing_is_pulled_with_its_folders_and_nothing_beside_it(web, archive):
    web.files = {
        "/export/2563/โครงการ ก.pdf": b"1",
        "/export/a.txt": b"2",
        "/export/.hidden": b"3",
        "/other/b.txt": b"4",
    }
    for uri in (f"{web.uri}/export/", f"{web.uri}/export"):
        pulled = pull(uri, archive, limits=QUICK)
        assert [(f.uri, read_archived(archive, f.sha256)) for f in pulled] == [
            ("export/2563/โครงการ ก.pdf", b"1"),
            ("export/a.txt", b"2"),
        ]
    assert not parts(archive)


def test_one_file_may_be_a_source(web, archive):
    web.files = {"/export/a.pdf": DATA}
    (pulled,) = pull(f"{web.uri}/export/a.pdf", archive, limits=QUICK)
    assert (pulled.uri, pulled.size) == ("a.pdf/a.pdf", len(DATA))


def test_unchanged_files_are_recognised_by_their_etag_and_not_fetched_again(web, archive):
    web.files = {f"/export/{n}.pdf": b"%d" % n for n in range(5)}
    first = pull(f"{web.uri}/export/", archive, limits=QUICK)
    web.asked.clear()
    web.files["/export/3.pdf"] = b"X"  # the same size and time, another ETag
    again = pull(f"{web.uri}/export/", archive, known=known(first), limits=QUICK)
    assert [f.uri for f in again if not f.is_unchanged] == ["export/3.pdf"]
    assert [path for method, path, _ in web.asked if method == "GET" and path.endswith(".pdf")] == ["/export/3.pdf"]


def test_what_says_nothing_of_its_state_is_fetched_every_night(web, archive):
    web.files, web.says_states = {"/export/a.pdf": DATA}, False
    first = pull(f"{web.uri}/export/", archive, limits=QUICK)
    (again,) = pull(f"{web.uri}/export/", archive, known=known(first), limits=QUICK)
    assert not again.is_unchanged


def test_a_server_without_head_is_asked_otherwise(web, archive):
    web.files, web.takes_head = {"/export/a.pdf": DATA}, False
    (pulled,) = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA


@pytest.mark.fault(30)
@pytest.mark.parametrize("fault", [cut(1_000_000), reset(1_000_000), stall(1_000_000), status(500), status(429)])
def test_a_transfer_that_breaks_off_is_gone_on_with(web, archive, fault):
    web.files = {"/export/a.pdf": DATA}
    web.faults["/export/a.pdf"].append(fault)
    is_stall = fault.__qualname__.startswith("stall")
    (pulled,) = pull(f"{web.uri}/export/", archive, limits=IMPATIENT if is_stall else QUICK)
    assert read_archived(archive, pulled.sha256) == DATA
    first, *others = web.gets("/export/a.pdf")
    assert (first, len(others) > 0) == (None, True)
    if is_stall:
        assert others[0] == "bytes=1000000-"
    assert not parts(archive)


def test_a_server_that_gives_no_parts_gives_all_of_it_again(web, archive):
    web.files, web.takes_ranges = {"/export/a.pdf": DATA}, False
    web.faults["/export/a.pdf"].append(cut(1_000_000))
    (pulled,) = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA


@pytest.mark.parametrize("code", [416, 400])
def test_a_server_that_refuses_to_give_a_part_is_asked_for_all_of_it(web, archive, code):
    web.files = {"/export/a.pdf": DATA}
    web.faults["/export/a.pdf"].extend([stall(1_000_000), status(code)])
    (pulled,) = pull(f"{web.uri}/export/", archive, limits=IMPATIENT)
    assert read_archived(archive, pulled.sha256) == DATA
    assert web.gets("/export/a.pdf")[-1] is None


@pytest.mark.fault(30)
def test_what_stays_short_is_told_kept_and_finished_on_the_next_run(web, archive):
    web.files = {"/export/a.pdf": DATA, "/export/b.txt": b"good"}
    web.faults["/export/a.pdf"].extend([stall(1_000_000), stall(10), stall(10)])
    short, good = pull(f"{web.uri}/export/", archive, limits=IMPATIENT)
    assert (short.rejection.code, good.sha256 is not None) == ("short_read", True)
    assert f"1,000,020 of {len(DATA):,} bytes arrived" in short.rejection.message
    assert [part.stat().st_size for part in parts(archive)] == [1_000_020]
    web.asked.clear()
    whole, same = pull(f"{web.uri}/export/", archive, known=known([short, good]), limits=QUICK)
    assert read_archived(archive, whole.sha256) == DATA
    assert (same.is_unchanged, web.gets("/export/a.pdf")) == (True, ["bytes=1000020-"])


def test_a_part_of_another_state_is_thrown_away(web, archive):
    web.files = {"/export/a.pdf": DATA, "/export/b.txt": b"good"}
    web.faults["/export/a.pdf"].extend([stall(1_000_000), cut(0), cut(0)])
    pull(f"{web.uri}/export/", archive, limits=IMPATIENT)
    assert parts(archive)
    web.files["/export/a.pdf"] = DATA[::-1]
    web.asked.clear()
    pulled, _ = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA[::-1]
    assert (web.gets("/export/a.pdf"), parts(archive)) == ([None], [])


def test_a_whole_part_of_a_killed_run_costs_one_byte(web, archive):
    web.files = {"/export/a.pdf": DATA, "/export/b.txt": b"good"}
    web.faults["/export/a.pdf"].extend([stall(1_000_000), cut(0), cut(0)])
    pull(f"{web.uri}/export/", archive, limits=IMPATIENT)
    (part,) = parts(archive)
    part.write_bytes(DATA)
    web.asked.clear()
    pulled, _ = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert (read_archived(archive, pulled.sha256), web.gets("/export/a.pdf")) == (DATA, [f"bytes={len(DATA) - 1}-"])


def test_a_file_that_changes_between_head_and_get_is_fetched_in_its_new_state(web, archive):
    web.files = {"/export/a.pdf": DATA}
    web.faults["/export/a.pdf"].append(becomes("/export/a.pdf", DATA + b"more"))
    (pulled,) = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert (read_archived(archive, pulled.sha256), pulled.size) == (DATA + b"more", len(DATA) + 4)


@pytest.mark.fault(28)
def test_a_file_that_never_stops_changing_is_left_for_the_next_run(web, archive):
    web.files = {"/export/a.pdf": DATA, "/export/b.txt": b"good"}
    web.faults["/export/a.pdf"].extend(becomes("/export/a.pdf", DATA + b"x" * n) for n in range(1, 4))
    first = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert codes(first) == {"export/a.pdf": "changed_while_read"}
    assert "left for the next run" in first[0].rejection.message
    assert not codes(pull(f"{web.uri}/export/", archive, known=known(first), limits=QUICK))


@pytest.mark.fault(28)
def test_a_file_that_is_written_to_while_it_is_sent_is_not_taken_half(web, archive):
    web.files = {"/export/a.pdf": DATA}

    def grows(handler, data):
        handler.give("/export/a.pdf")
        handler.server.files["/export/a.pdf"] = data + b"more"
        return True

    web.faults["/export/a.pdf"].append(grows)
    (pulled,) = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA + b"more"


@pytest.mark.fault(30)
@pytest.mark.parametrize(
    "head",
    [
        {"Content-MD5": base64.b64encode(hashlib.md5(DATA).digest()).decode()},
        {"Digest": f"SHA-256={base64.b64encode(hashlib.sha256(DATA).digest()).decode()}"},
        {"Repr-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(DATA).digest()).decode()}:"},
    ],
    ids=lambda head: next(iter(head)),
)
def test_bytes_with_another_hash_than_the_server_tells_are_never_archived(web, archive, head):
    web.files = {"/export/a.pdf": DATA, "/export/b.txt": b"good"}
    web.heads["/export/a.pdf"] = head
    web.faults["/export/a.pdf"].append(damaged)
    pulled, _ = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA
    finish(archive)
    web.faults["/export/a.pdf"].extend([damaged] * 3)
    first = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert codes(first) == {"export/a.pdf": "wrong_hash"}
    assert not parts(archive)


@pytest.mark.fault(30)
def test_a_wrong_length_is_no_whole_file(web, archive):
    web.files = {"/export/a.pdf": DATA, "/export/b.txt": b"good"}
    web.heads["/export/a.pdf"] = {"Content-Length": str(len(DATA) + 100)}
    web.faults["/export/a.pdf"].extend([cut(len(DATA))] * 3)
    web.takes_ranges = False
    assert codes(pull(f"{web.uri}/export/", archive, limits=QUICK)) == {"export/a.pdf": "short_read"}


@pytest.mark.fault(30)
def test_what_only_trickles_ends_and_goes_on_another_night(web, archive):
    web.files = {"/export/a.pdf": DATA, "/export/b.txt": b"good"}
    web.faults["/export/a.pdf"].append(trickle(0.02))
    limits = Limits(wait_seconds=0.01, stall_seconds=2, file_seconds=0.5, attempts=1)
    slow, _ = pull(f"{web.uri}/export/", archive, limits=limits)
    assert slow.rejection.code == "short_read"
    pulled, _ = pull(f"{web.uri}/export/", archive, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA
    assert web.gets("/export/a.pdf")[1].startswith("bytes=")


def test_a_source_that_hangs_is_left_alone_after_a_few_files(web, archive):
    web.files = {f"/export/{n:02}.pdf": DATA for n in range(30)} | {"/export/a.txt": b"good"}
    first = pull(f"{web.uri}/export/a.txt", archive, name="export", limits=QUICK)
    for n in range(30):
        web.faults[f"/export/{n:02}.pdf"].append(stall(0))
    limits = Limits(wait_seconds=0, stall_seconds=0.2, attempts=1, connections=4)
    found = codes(pull(f"{web.uri}/export/", archive, known=known(first), limits=limits))
    assert len(found) == 30
    assert set(found.values()) == {"cannot_open", "not_reached"}
    assert len([p for method, p, _ in web.asked if method == "GET" and p.endswith(".pdf")]) <= 8


def refused(web, archive):
    with pytest.raises(SourceUnavailable) as caught:
        pull(f"{web.uri}/export/", archive, limits=QUICK)
    return str(caught.value)


@pytest.mark.fault(32)
def test_a_server_that_fails_or_asks_to_sign_in_is_no_empty_source(web, archive):
    web.files = {"/export/a.pdf": DATA, "/in/": b""}
    for code in (500, 403, 404):
        web.pages["/export/"] = (code, b"", {})
        assert f"export: the server answers HTTP {code}; expected" in refused(web, archive)
    web.pages["/export/"] = (200, LOGIN, {})
    assert "whoever is not signed in" in refused(web, archive)
    web.pages |= {"/export/": (302, b"", {"Location": "/in"}), "/in": (200, LOGIN, {})}
    assert "whoever is not signed in" in refused(web, archive)


@pytest.mark.fault(32)
def test_a_source_whose_every_file_fails_says_nothing_of_its_files(web, archive):
    web.files = {"/export/a.pdf": DATA, "/export/b.pdf": DATA}
    for path in web.files:
        web.faults[path].extend([status(503)] * 3)
    assert "not one of its files could be fetched (2 of 2 tried in vain)" in refused(web, archive)
    web.pages |= {path: (302, b"", {"Location": "/in"}) for path in web.files} | {"/in": (200, LOGIN, {})}
    assert "whoever is not signed in" in refused(web, archive)


def test_a_closed_port_ends_at_once(archive):
    with pytest.raises(SourceUnavailable, match="export: the source cannot be listed"):
        pull("http://127.0.0.1:9/export/", archive, limits=QUICK)


@pytest.mark.fault(49)
def test_user_and_password_of_the_uri_or_the_options_open_it_and_appear_nowhere(web, archive):
    web.files = {"/export/a.pdf": DATA}
    web.password = "Basic " + base64.b64encode(b"export:canary word").decode()
    host = web.uri.removeprefix("http://")
    for uri, options in (
        (f"http://export:canary%20word@{host}/export/", None),
        (f"{web.uri}/export/", {"username": "export", "password": "canary word"}),
        (f"{web.uri}/export/", {"headers": {"Authorization": web.password}}),
    ):
        (pulled,) = pull(uri, archive, options=options, limits=QUICK)
        assert pulled.uri == "export/a.pdf"
    with pytest.raises(SourceUnavailable) as caught:
        pull(f"http://export:canary-wrong@{host}/export/", archive, limits=QUICK)
    assert "HTTP 401" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_several_files_are_fetched_at_once_and_told_in_order(web, archive):
    web.files = {f"/export/{n}.pdf": b"%d" % n for n in range(8)}
    meeting = threading.Barrier(4, timeout=20)

    def together(handler, data):
        meeting.wait()
        return False

    for path in web.files:
        web.faults[path].append(together)
    limits = Limits(wait_seconds=0, stall_seconds=20, connections=4, attempts=1)
    assert [f.uri for f in pull(f"{web.uri}/export/", archive, limits=limits)] == [f"export/{n}.pdf" for n in range(8)]
