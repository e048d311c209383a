"""A real S3 server and a real SSH server on loopback, over a line that is cut."""

import hashlib
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from extract.sources import Limits, SourceUnavailable, finish, list_files, pull, read_archived
from extract.sources.s3 import digests_of
from tests.extract.source_servers import CutLine, s3_server, ssh_server

QUICK = Limits(wait_seconds=0.01, stall_seconds=10, file_seconds=60, attempts=3)
DATA = b"%PDF-1.7 " + bytes(range(256)) * 16_000
KEYS = {"key": "testing", "secret": "canary-s3"}


def known(pulled):
    return {file.uri: file for file in pulled}


def codes(pulled):
    return {file.uri: file.rejection.code for file in pulled if file.rejection}


# ---------------------------------------------------------------- S3


@pytest.fixture(scope="module")
def s3_port():
    with s3_server() as port:
        yield port


@pytest.fixture
def s3(s3_port):
    """The file system of a server with one empty bucket, and what opens it over the line that may be cut."""
    import fsspec

    line = CutLine(s3_port)
    direct = fsspec.filesystem("s3", endpoint_url=f"http://127.0.0.1:{s3_port}", use_listings_cache=False, **KEYS)
    if direct.exists("exports"):
        direct.rm("exports", recursive=True)
    direct.mkdir("exports")
    yield direct, {"endpoint_url": f"http://127.0.0.1:{line.port}", **KEYS}, line
    line.close()


def test_a_bucket_is_pulled_and_only_what_changed_is_fetched_again(s3, archive):
    direct, options, _ = s3
    direct.pipe({"exports/2563/โครงการ.pdf": b"1", "exports/a.txt": b"2", "exports/.b": b"3", "exports/c.part": b"4"})
    pulled = pull("s3://exports", archive, options=options, limits=QUICK)
    assert [(f.uri, read_archived(archive, f.sha256)) for f in pulled] == [
        ("exports/2563/โครงการ.pdf", b"1"),
        ("exports/a.txt", b"2"),
    ]
    finish(archive)
    assert all(f.version for f in pulled)
    direct.pipe("exports/a.txt", b"X")
    again = pull("s3://exports", archive, known=known(pulled), options=options, limits=QUICK)
    assert [(f.uri, f.is_unchanged) for f in again] == [("exports/2563/โครงการ.pdf", True), ("exports/a.txt", False)]
    assert read_archived(archive, again[1].sha256) == b"X"
    assert [f.uri for f in list_files("s3://exports/2563", options=options, limits=QUICK)] == ["2563/โครงการ.pdf"]


def test_a_state_without_version_of_an_older_run_is_known_by_size_and_time(s3, archive):
    direct, options, _ = s3
    direct.pipe("exports/a.txt", b"2")
    (pulled,) = pull("s3://exports", archive, options=options, limits=QUICK)
    (again,) = pull("s3://exports", archive, known=known([replace(pulled, version="")]), options=options, limits=QUICK)
    assert (again.is_unchanged, again.version) == (True, pulled.version)


@pytest.mark.fault(30)
def test_a_transfer_from_s3_that_breaks_off_is_gone_on_with(s3, archive):
    direct, options, line = s3
    direct.pipe("exports/a.pdf", DATA)
    line.budgets.extend([None, 3_000_000])
    (pulled,) = pull("s3://exports", archive, options=options, limits=replace(QUICK, connections=1))
    assert read_archived(archive, pulled.sha256) == DATA
    assert not line.budgets


def test_an_object_of_several_parts_has_no_md5_and_is_pulled_all_the_same(s3, archive):
    direct, options, _ = s3
    with direct.open("exports/big.pdf", "wb", block_size=5 * 1024 * 1024) as file:
        file.write(DATA + DATA)
    (pulled,) = pull("s3://exports", archive, options=options, limits=QUICK)
    assert "-" in pulled.version
    assert read_archived(archive, pulled.sha256) == DATA + DATA


def test_bytes_with_another_hash_than_s3_tells_are_refused(s3, archive, monkeypatch):
    direct, options, _ = s3
    direct.pipe({"exports/a.pdf": DATA, "exports/b.txt": b"good"})
    right = pull("s3://exports", archive, options=options, limits=QUICK)
    finish(archive)
    digest = hashlib.md5(DATA).hexdigest()
    monkeypatch.setattr("extract.sources.s3.digests_of", lambda *_: {"md5": digest})
    wrong = pull("s3://exports", archive, options=options, limits=QUICK)
    assert codes(wrong) == {"exports/b.txt": "wrong_hash"}
    assert [f.sha256 for f in wrong] == [right[0].sha256, None]


def test_what_is_encrypted_with_a_key_of_its_own_has_an_etag_that_is_no_hash():
    etag = '"9e107d9d372bb6826bd81d3542a419d6"'
    assert digests_of({"ETag": etag, "ServerSideEncryption": "AES256"}, False) == {"md5": etag.strip('"')}
    assert digests_of({"ETag": etag, "ServerSideEncryption": "aws:kms"}, False) == {}
    assert digests_of({"ETag": etag, "SSECustomerAlgorithm": "AES256"}, False) == {}
    told = {"ETag": "", "ChecksumSHA256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
    assert digests_of(told, False) == {"sha256": hashlib.sha256(b"").hexdigest()}
    assert digests_of(told, True) == {}


def test_a_bucket_that_is_not_there_and_a_server_that_is_away_are_no_empty_sources(s3, archive):
    _, options, _ = s3
    with pytest.raises(SourceUnavailable, match=r"^exports-of-nobody: .*expected a folder"):
        pull("s3://exports-of-nobody", archive, options=options, limits=QUICK)
    with pytest.raises(SourceUnavailable, match=r"^exports: the source cannot be listed"):
        pull("s3://exports", archive, options={**options, "endpoint_url": "http://127.0.0.1:9"}, limits=QUICK)


PULL = """
import sys
from pathlib import Path
from extract.sources import Limits, pull
limits = Limits(stall_seconds=60, connections=1)
pull(sys.argv[1], Path(sys.argv[2]), options={"endpoint_url": sys.argv[3], "key": "testing", "secret": "x"}, limits=limits)
"""


@pytest.mark.fault(1)
def test_a_run_that_is_killed_in_the_middle_of_a_download_is_gone_on_with(s3, archive):
    direct, options, line = s3
    direct.pipe("exports/a.pdf", DATA)
    line.hold_after, endpoint = 1_500_000, options["endpoint_url"]
    run = subprocess.Popen([sys.executable, "-c", PULL, "s3://exports", str(archive), endpoint], cwd=Path.cwd())
    assert line.held.wait(60)
    arrived = line.wait_for(lambda: sum(p.stat().st_size for p in (archive / "incoming").glob("*.part")) >= 1_000_000)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert arrived
    assert not any(len(p.name) == 64 for p in archive.rglob("*"))
    before, line.hold_after = line.passed, None
    (pulled,) = pull("s3://exports", archive, options=options, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA
    assert line.passed - before < len(DATA) - 900_000
    assert not list((archive / "incoming").glob("*.part"))


# ---------------------------------------------------------------- SFTP


@pytest.fixture(scope="module")
def ssh(tmp_path_factory):
    home = tmp_path_factory.mktemp("ssh")
    (home / "root").mkdir()
    with ssh_server(home / "root", home) as (port, known_hosts):
        yield port, known_hosts, home / "root"


@pytest.fixture
def folder(ssh, tmp_path):
    """A folder on the server, its URI, and what opens it."""
    port, known_hosts, root = ssh
    place = root / tmp_path.name
    place.mkdir()
    options = {"password": "secret word", "known_hosts": str(known_hosts)}
    return place, f"sftp://export@127.0.0.1:{port}/{tmp_path.name}", options


def test_a_folder_on_an_ssh_server_is_pulled_and_only_what_changed_is_fetched_again(folder, archive):
    place, uri, options = folder
    (place / "2563").mkdir()
    (place / "2563" / "โครงการ.pdf").write_bytes(b"1")
    (place / "a.txt").write_bytes(DATA)
    (place / ".hidden").write_bytes(b"3")
    (place / "link.pdf").symlink_to("a.txt")
    (place / os.fsdecode(b"\xa1.txt")).write_bytes(b"4")
    pulled = pull(uri, archive, name="drop", options=options, limits=QUICK)
    assert [(f.uri, f.sha256 and len(read_archived(archive, f.sha256))) for f in pulled] == [
        ("drop/2563/โครงการ.pdf", 1),
        ("drop/\\udca1.txt", 1),
        ("drop/a.txt", len(DATA)),
        ("drop/link.pdf", None),
    ]
    assert codes(pulled) == {"drop/link.pdf": "not_a_regular_file"}
    finish(archive)
    (place / "a.txt").write_bytes(b"changed")
    again = pull(uri, archive, known=known(pulled), name="drop", options=options, limits=QUICK)
    assert [f.uri for f in again if f.sha256 and not f.is_unchanged] == ["drop/a.txt"]


@pytest.mark.fault(30)
def test_a_transfer_over_ssh_that_breaks_off_is_gone_on_with(folder, ssh, archive):
    place, uri, options = folder
    (place / "a.pdf").write_bytes(DATA)
    line = CutLine(ssh[0])
    ssh[1].write_bytes(ssh[1].read_bytes() + ssh[1].read_bytes().replace(str(ssh[0]).encode(), str(line.port).encode()))
    line.budgets.append(2_500_000)
    (pulled,) = pull(uri.replace(str(ssh[0]), str(line.port)), archive, options=options, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA
    assert line.passed < 2 * len(DATA)
    line.close()


@pytest.mark.fault(28)
def test_a_file_on_an_ssh_server_that_grows_is_not_taken_half(folder, archive, monkeypatch):
    from extract.sources.sftp import SftpRemote

    place, uri, options = folder
    (place / "a.pdf").write_bytes(DATA)
    real, times = SftpRemote.fetch, []

    def growing(self, file, start):
        times.append(1)
        if len(times) < 3:
            with (place / "a.pdf").open("ab") as stream:
                stream.write(b"more")
        return real(self, file, start)

    monkeypatch.setattr(SftpRemote, "fetch", growing)
    (pulled,) = pull(uri, archive, options=options, limits=QUICK)
    assert read_archived(archive, pulled.sha256) == DATA + b"moremore"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"known_hosts": None}, "the key of the server is not known; expected it in known_hosts"),
        ({"password": "canary wrong"}, "the server does not let this user in"),
        ({"place": "/nowhere"}, "there is no such folder"),
        ({"port": 9}, "the source cannot be listed (ConnectionRefusedError: nothing answers at its address and port)"),
        ({"client_keys": ["~/away"]}, "the file ~/away cannot be read (No such file or directory); expected what clie"),
        ({"client_keys": ["~/noise"]}, "a file of client_keys holds no key that can be read"),
        ({"known_hosts": "/away"}, "the file /away cannot be read (No such file or directory); expected what known_h"),
        ({"usernme": "canary"}, "source_options gives it usernme, which sources of its kind do not know"),
    ],
)
def test_an_ssh_server_that_is_not_known_or_lets_nobody_in_is_no_empty_source(
    folder, archive, change, reason, monkeypatch, tmp_path
):
    _, uri, options = folder
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "noise").write_text("canary")
    uri += change.pop("place", "")
    with pytest.raises(SourceUnavailable) as caught:
        pull(uri, archive, options={"client_keys": [], **options, **change}, limits=QUICK)
    assert reason in str(caught.value)
    assert "canary" not in str(caught.value)


def test_an_ssh_server_that_says_nothing_ends(folder, archive):
    import socket

    options = folder[2]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(SourceUnavailable, match="cannot be listed"):
            pull(
                f"sftp://export@127.0.0.1:{port}/x", archive, options=options, limits=replace(QUICK, stall_seconds=0.3)
            )


@pytest.mark.parametrize(
    ("uri", "module", "extra"),
    [("s3://b/x", "s3fs", "s3"), ("sftp://h/x", "sshfs", "sftp"), ("http://h/x/", "aiohttp", "http")],
)
def test_a_missing_extra_is_named(archive, monkeypatch, uri, module, extra):
    for name in [n for n in sys.modules if n.split(".")[0] == module or n.startswith("fsspec.implementations.http")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SourceUnavailable, match=rf"run pip install 'kaona\[{extra}\]'"):
        pull(uri, archive, limits=QUICK)
