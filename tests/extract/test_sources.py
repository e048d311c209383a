import hashlib
import os
import shutil
import sys
import threading
import time
import unicodedata
import zipfile
from pathlib import Path

import fsspec
import pytest

from extract import sources
from extract.sources import Limits, SourceUnavailable, archive_path, finish, folder, list_files, pull, read_archived
from extract.sources import pulling as pulling_module
from extract.sources.remote import bounded
from extract.sources.store import NotStored, Store, is_of_machine
from flows.exhausted import Exhausted, told_clearly
from flows.summary import Watch

AT_ONCE = Limits(wait_seconds=0)


def write(path, text="ปีงบประมาณ 2563"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return hashlib.sha256(text.encode()).hexdigest()


def codes(pulled):
    return {file.uri: file.rejection.code for file in pulled if file.rejection}


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_every_file_is_archived_under_its_hash_and_listed_by_uri(inbox, archive, scheme):
    first = write(inbox / "ข.txt", "b")
    second = write(inbox / "2563" / "ก.pdf", "a")
    pulled = pull(f"{scheme}{inbox}", archive)
    assert [(file.uri, file.sha256, file.size) for file in pulled] == [
        ("inbox/2563/ก.pdf", second, 1),
        ("inbox/ข.txt", first, 1),
    ]
    assert (archive / first[:2] / first).read_bytes() == b"b"
    assert read_archived(archive, second) == b"a"
    assert not list(archive.rglob("*.part"))


def test_hidden_and_unfinished_files_are_not_listed(inbox):
    for name in (".a", ".git/config", "b.part", "sub/.c"):
        write(inbox / name)
    assert list_files(str(inbox)) == []


@pytest.mark.fault(27)
def test_the_same_bytes_twice_are_listed_twice_and_stored_once(inbox, archive):
    write(inbox / "a.pdf")
    write(inbox / "b" / "a.pdf")
    pulled = pull(str(inbox), archive)
    assert len({file.sha256 for file in pulled}) == 1
    assert [file.uri for file in pulled] == ["inbox/a.pdf", "inbox/b/a.pdf"]
    assert sum(path.is_file() for path in archive.rglob("*")) == 1


@pytest.mark.fault(26)
@pytest.mark.parametrize(
    "twins", [[unicodedata.normalize(form, "é.txt") for form in ("NFC", "NFD")], ["A.pdf", "a.pdf"], ["ก.PDF", "ก.pdf"]]
)
def test_twin_names_that_differ_by_normal_form_or_case_are_two_files(inbox, archive, twins):
    hashes = {f"inbox/{name}": write(inbox / name, name) for name in twins}
    assert {file.uri: file.sha256 for file in pull(str(inbox), archive)} == hashes
    assert len(set(hashes.values())) == 2
    assert {read_archived(archive, sha).decode() for sha in hashes.values()} == set(twins)


@pytest.mark.fault(24, 25)
def test_links_out_of_the_source_pipes_and_dead_links_are_refused_without_opening(inbox, archive, tmp_path):
    secret = tmp_path / "secret"
    write(secret / "password.txt")
    os.mkfifo(inbox / "pipe.pdf")
    (inbox / "device.pdf").symlink_to("/dev/zero")
    (inbox / "up.pdf").symlink_to("../secret/password.txt")
    (inbox / "folder").symlink_to(secret)
    (inbox / "dead.pdf").symlink_to("nowhere")
    (inbox / "loop.pdf").symlink_to("loop.pdf")
    assert codes(pull(str(inbox), archive)) == {
        "inbox/dead.pdf": "link_outside_source",
        "inbox/device.pdf": "link_outside_source",
        "inbox/folder": "link_outside_source",
        "inbox/loop.pdf": "link_outside_source",
        "inbox/pipe.pdf": "not_a_regular_file",
        "inbox/up.pdf": "link_outside_source",
    }
    assert not archive.exists()


def test_a_link_inside_the_source_is_read(inbox, archive):
    sha256 = write(inbox / "a.pdf")
    (inbox / "b.pdf").symlink_to("a.pdf")
    assert [file.sha256 for file in pull(str(inbox), archive)] == [sha256, sha256]


@pytest.mark.fault(23)
def test_a_file_above_the_limit_is_refused_by_its_size_alone(inbox, archive):
    with (inbox / "sparse.pdf").open("wb") as file:
        file.truncate(8 * 1024**3)
    assert codes(pull(str(inbox), archive)) == {"inbox/sparse.pdf": "too_large"}


def test_a_known_file_is_not_read_again_while_its_bytes_are_archived(inbox, archive, monkeypatch):
    sha256 = write(inbox / "a.pdf")
    (first,) = pull(str(inbox), archive)
    known = {first.uri: first}
    monkeypatch.setattr(folder, "read_file", lambda *_: pytest.fail("read again"))
    (again,) = pull(str(inbox), archive, known=known)
    assert again.is_unchanged
    assert again.sha256 == sha256
    monkeypatch.undo()
    archive_path(archive, sha256).unlink()
    (restored,) = pull(str(inbox), archive, known=known)
    assert not restored.is_unchanged
    assert read_archived(archive, sha256)


@pytest.mark.fault(26)
def test_a_changed_file_of_the_same_name_is_read_again(inbox, archive):
    write(inbox / "a.pdf", "old")
    (old,) = pull(str(inbox), archive)
    sha256 = write(inbox / "a.pdf", "newer")
    (new,) = pull(str(inbox), archive, known={old.uri: old})
    assert new.sha256 == sha256
    assert read_archived(archive, old.sha256) == b"old"


@pytest.mark.fault(29)
def test_a_file_that_vanishes_after_the_listing_is_counted_not_fatal(inbox, archive, monkeypatch):
    write(inbox / "a.pdf")
    write(inbox / "b.pdf")
    listed = list_files(str(inbox))
    (inbox / "a.pdf").unlink()
    monkeypatch.setattr(folder, "list_folder", lambda *_: listed)
    pulled = pull(str(inbox), archive)
    assert codes(pulled) == {"inbox/a.pdf": "vanished"}
    assert pulled[1].sha256


@pytest.mark.fault(28)
def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_run(inbox, archive, monkeypatch):
    write(inbox / "a.pdf")
    real = os.fstat
    calls = []

    def growing(descriptor):
        calls.append(descriptor)
        with (inbox / "a.pdf").open("ab") as file:
            file.write(b"x" * len(calls))
        return real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(folder.os, "fstat", growing)
        pulled = pull(str(inbox), archive, limits=AT_ONCE)
    assert codes(pulled) == {"inbox/a.pdf": "changed_while_read"}
    assert "still being written and is left for the next run" in pulled[0].rejection.message
    (again,) = pull(str(inbox), archive, known={pulled[0].uri: pulled[0]}, limits=AT_ONCE)
    assert read_archived(archive, again.sha256) == (inbox / "a.pdf").read_bytes()


def test_files_that_are_being_written_are_waited_for_together(inbox, archive, monkeypatch):
    for n in range(20):
        write(inbox / f"{n}.txt", f"{n}")
    real, waits, read = folder.read_file, [], []

    def busy(file, limit):
        read.append(file.uri)
        if len(read) <= 20:
            raise folder.still_written()
        return real(file, limit)

    monkeypatch.setattr(folder, "read_file", busy)
    monkeypatch.setattr(pulling_module.time, "sleep", waits.append)
    assert not codes(pull(str(inbox), archive, limits=Limits(wait_seconds=3)))
    assert waits == [3]


def test_what_was_begun_long_ago_and_never_finished_is_removed(inbox, archive):
    write(inbox / "a.pdf")
    (archive / "incoming").mkdir(parents=True)
    for name, days in (("old.part", 20), ("new.part", 2)):
        path = archive / "incoming" / name
        path.write_bytes(b"x")
        os.utime(path, (time.time() - days * 86_400,) * 2)
    pull(str(inbox), archive)
    assert [p.name for p in (archive / "incoming").iterdir()] == ["new.part"]


def test_a_file_of_a_run_that_was_killed_is_not_fetched_again(archive, monkeypatch):
    """The archive has it, but the night could not write down any more what it got."""
    memory = fsspec.filesystem("memory")
    memory.pipe({"/killed/inbox/a.txt": b"1", "/killed/inbox/b.txt": b"2"})
    try:
        first = pull("memory://killed/inbox", archive)
        monkeypatch.setattr(pulling_module, "download", lambda *_: pytest.fail("fetched again"))
        assert pull("memory://killed/inbox", archive) == first
        finish(archive)
        assert not list((archive / "incoming").iterdir())
    finally:
        memory.rm("/killed", recursive=True)


@pytest.mark.parametrize("kind", ["folder", "archive", "remote"])
def test_an_archive_that_cannot_be_written_fails_the_run_and_blames_no_file(inbox, tmp_path, kind):
    write(tmp_path / "archive", "a file where the folder should be")
    with zipfile.ZipFile(inbox / "a.zip", "w") as packed:
        packed.writestr("b.txt", "b")
    if kind == "folder":
        (inbox / "a.zip").rename(inbox / "a.txt")
    memory = fsspec.filesystem("memory")
    memory.pipe({"/full/inbox/a.txt": b"1"})
    try:
        with pytest.raises(NotStored, match=r"archive: .*expected .*the right to write there"):
            pull("memory://full/inbox" if kind == "remote" else str(inbox), tmp_path / "archive", limits=AT_ONCE)
    finally:
        memory.rm("/full", recursive=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize(("limit", "remedy"), [("RLIMIT_NOFILE", "ulimit -n"), ("RLIMIT_FSIZE", "ulimit -f")])
def test_a_limit_that_keeps_a_file_out_of_the_archive_is_named_and_blames_no_file(tmp_path, limit, remedy):
    import resource

    name = getattr(resource, limit)
    with Path(os.devnull).open("rb") as probe:
        most = probe.fileno() if limit == "RLIMIT_NOFILE" else 10
    before = resource.getrlimit(name)
    with Store(tmp_path / "archive") as store:
        store.add(b"short")
        resource.setrlimit(name, (most, before[1]))
        try:
            with pytest.raises(OSError, match=r"Too many|too large") as raised:
                store.add(b"a longer one")
        finally:
            resource.setrlimit(name, before)
    assert is_of_machine(raised.value)
    with pytest.raises(Exhausted, match=rf"out of .*{remedy}.* and run again"), told_clearly(Watch(is_quiet=True)):
        raise raised.value


def test_what_hangs_is_left_behind():
    with pytest.raises(TimeoutError, match=r"no answer in 0\.05 seconds"):
        bounded(threading.Event().wait, 0.05)
    with pytest.raises(KeyError):
        bounded({}.popitem, 5)


def test_a_missing_source_is_not_an_empty_one(tmp_path):
    with pytest.raises(SourceUnavailable, match="inbox: there is no such folder; expected"):
        list_files(str(tmp_path / "inbox"))
    with pytest.raises(SourceUnavailable, match="there is no such folder"):
        list_files("memory://nowhere/inbox")


def test_a_colon_in_the_name_of_a_bucket_is_no_port(archive):
    with pytest.raises(SourceUnavailable) as caught:
        pull("memory://arn:aws:s3:eu:1:accesspoint/exports", archive)
    assert "there is no such folder" in str(caught.value)


def test_a_folder_that_cannot_be_listed_is_named(inbox):
    there = Path.cwd()
    os.chdir(inbox)
    try:
        for _ in range(45):  # deeper than a path may be long
            Path("x" * 100).mkdir()
            os.chdir("x" * 100)
    finally:
        os.chdir(there)
    with pytest.raises(
        SourceUnavailable, match=r"inbox: a folder in it cannot be listed .File name too long: inbox/xx"
    ):
        list_files(str(inbox))
    shutil.rmtree(inbox)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("smmb://server/export", "export: smmb:// is no kind of source that is known; expected a folder, or an addr"),
        ("S3://bucket/export", "export: S3:// is no kind of source that is known"),
        ("sftp://u@server:ssh/export", "export: its address cannot be understood, such as its port"),
        ("smb://server/export", "a package for sources of this kind is missing (smb)"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_by_what_is_wrong_with_it(uri, said, archive):
    with pytest.raises(SourceUnavailable) as caught:
        pull(uri, archive)
    assert said in str(caught.value)


@pytest.mark.fault(25)
def test_names_are_shown_on_one_line_and_never_used_as_paths(inbox, archive):
    write(inbox / "a\nb.pdf", "1")
    (inbox / os.fsdecode(b"\xa1.pdf")).write_bytes(b"2")
    write(inbox / ("ก" * 80 + ".pdf"), "3")
    pulled = pull(str(inbox), archive)
    assert [file.uri for file in pulled][:2] == ["inbox/\\udca1.pdf", "inbox/a\\x0ab.pdf"]
    assert all(file.uri.encode() for file in pulled)
    assert sorted(path.name for path in archive.rglob("*") if path.is_file()) == sorted(f.sha256 for f in pulled)
    assert not list((archive / "incoming").iterdir())


def test_other_file_systems_are_read_through_fsspec(archive):
    memory = fsspec.filesystem("memory")
    memory.pipe({"/export/inbox/2563/a.txt": b"1", "/export/inbox/.hidden": b"2", "/export/inbox/b.part": b"3"})
    try:
        (pulled,) = pull("memory://export/inbox", archive)
        assert pulled.uri == "inbox/2563/a.txt"
        assert read_archived(archive, pulled.sha256) == b"1"
    finally:
        memory.rm("/export", recursive=True)


def test_a_short_transfer_is_tried_again_and_never_archived(archive, monkeypatch):
    memory = fsspec.filesystem("memory")
    memory.pipe({"/short/inbox/a.txt": b"12345"})
    bodies = [b"12", b"12345", b"12345"]
    real = type(memory).open

    def cut(self, path, mode="rb", **options):
        memory.store["/short/inbox/a.txt"].seek(0)
        memory.store["/short/inbox/a.txt"].truncate()
        memory.store["/short/inbox/a.txt"].write(bodies.pop(0))
        return real(self, path, mode, **options)

    monkeypatch.setattr(type(memory), "open", cut)
    try:
        (pulled,) = pull("memory://short/inbox", archive, limits=AT_ONCE)
        assert read_archived(archive, pulled.sha256) == b"12345"
        finish(archive)
        assert sum(path.is_file() for path in archive.rglob("*")) == 1
    finally:
        memory.rm("/short", recursive=True)


def test_a_half_written_archive_file_is_replaced(inbox, archive):
    sha256 = write(inbox / "a.pdf")
    target = archive_path(archive, sha256)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"half")
    (archive / "incoming").mkdir()
    (archive / "incoming" / f"{sha256}.part").write_bytes(b"half")
    pull(str(inbox), archive)
    assert read_archived(archive, sha256) == "ปีงบประมาณ 2563".encode()
    assert not list(archive.rglob("*.part"))


def test_archived_bytes_that_changed_on_disk_are_not_handed_out(inbox, archive):
    sha256 = write(inbox / "a.pdf")
    pull(str(inbox), archive)
    archive_path(archive, sha256).write_bytes(b"rot")
    with pytest.raises(OSError, match="have changed on disk"):
        read_archived(archive, sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64])
def test_the_archive_takes_nothing_but_hashes(archive, name):
    with pytest.raises(ValueError, match="is no sha256"):
        archive_path(archive, name)


@pytest.mark.parametrize("files", [(), ("a.txt",)])
def test_a_source_has_the_name_its_files_are_shown_under_also_when_it_is_empty(tmp_path, files):
    (tmp_path / "drop").mkdir()
    for name in files:
        (tmp_path / "drop" / name).write_text("x", encoding="utf-8")
    for uri in (str(tmp_path / "drop"), f"{tmp_path / 'drop'}/", (tmp_path / "drop").as_uri(), "memory://far/drop"):
        assert sources.source_name(uri) == "drop"
    assert {file.uri for file in list_files(str(tmp_path / "drop"))} == {f"drop/{name}" for name in files}
    assert sources.source_name(str(tmp_path / "drop" / "a.txt")) == ("drop" if files else "a.txt")
