"""ZIP and tar archives are folders: each file by itself, nothing unsafe, and never more than was allowed."""

import io
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from dataclasses import replace

import pytest

from extract.sources import Limits, pull, read_archived
from extract.sources import pulling as pulling_module

LIMITS = Limits(wait_seconds=0)


def codes(pulled):
    return {file.uri: file.rejection.code for file in pulled if file.rejection}


def texts(pulled, archive):
    return {file.uri: read_archived(archive, file.sha256).decode() for file in pulled if file.sha256}


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    """A ZIP of (name or ZipInfo, bytes)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def tarred(members, mode="w"):
    """A tar of (name or TarInfo, bytes)."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode, format=tarfile.GNU_FORMAT) as archive:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


FORMS = [("2563/ก.pdf", b"1"), ("b.txt", b"2"), (".DS_Store", b"3"), ("__MACOSX/b.txt", b"4"), ("c.part", b"5")]


# cut off behind the third one, it ends as that one does
OF_ARCHIVES = zipped(
    [(f"{name}.zip", zipped([(f"of the {name}.txt", b"1")])) for name in ("first", "second", "third", "fourth")],
    zipfile.ZIP_STORED,
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("export.zip", zipped(FORMS)),
        ("export.ZIP", zipped(FORMS, zipfile.ZIP_STORED)),
        ("export.tar", tarred(FORMS)),
        ("export.tar.gz", tarred(FORMS, "w:gz")),
        ("export.tgz", tarred(FORMS, "w:gz")),
    ],
)
def test_an_archive_is_a_folder_in_its_source_and_may_be_the_source(inbox, archive, name, data):
    (inbox / name).write_bytes(data)
    (inbox / "d.txt").write_bytes(b"6")
    found = pull(str(inbox), archive, limits=LIMITS)
    assert texts(found, archive) == {f"inbox/{name}/2563/ก.pdf": "1", f"inbox/{name}/b.txt": "2", "inbox/d.txt": "6"}
    for uri in (str(inbox / name), (inbox / name).as_uri(), f"zip://*::file://{inbox / name}"):
        alone = pull(uri, archive, limits=LIMITS)
        assert texts(alone, archive) == {f"{name}/2563/ก.pdf": "1", f"{name}/b.txt": "2"}
    assert not list((archive / "incoming").iterdir())


def test_an_archive_on_another_machine_is_opened_and_not_fetched_again(archive):
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/drop/export.zip", zipped(FORMS))
    try:
        first = pull("memory://drop/export.zip", archive, limits=LIMITS)
        assert texts(first, archive) == {"export.zip/2563/ก.pdf": "1", "export.zip/b.txt": "2"}
        inside = pull("memory://drop", archive, limits=LIMITS)
        assert sorted(texts(inside, archive)) == ["drop/export.zip/2563/ก.pdf", "drop/export.zip/b.txt"]
        second = pull("memory://drop/export.zip", archive, name="export.zip~2", limits=LIMITS)
        assert [f.uri for f in second] == ["export.zip~2/2563/ก.pdf", "export.zip~2/b.txt"]
    finally:
        memory.rm("/drop", recursive=True)


def test_an_unchanged_archive_is_not_opened_again_and_a_changed_one_is(inbox, archive, monkeypatch):
    data = zipped([*FORMS, ("../x", b"7")])
    (inbox / "export.zip").write_bytes(data)
    first = pull(str(inbox), archive, limits=LIMITS)
    known = {f.uri: f for f in first}
    with monkeypatch.context() as patched:
        patched.setattr(pulling_module, "unpack", lambda *_: pytest.fail("opened again"))
        again = pull(str(inbox), archive, known=known, limits=LIMITS)
    assert [replace(f, is_unchanged=False) for f in again] == first
    assert codes(again) == {"inbox/export.zip/../x": "unsafe_name"}
    (inbox / "export.zip").write_bytes(zipped([("b.txt", b"new")]))
    assert texts(pull(str(inbox), archive, known=known, limits=LIMITS), archive) == {"inbox/export.zip/b.txt": "new"}


def test_what_a_limit_kept_out_is_tried_again_when_the_limit_is_another(inbox, archive):
    (inbox / "export.zip").write_bytes(zipped([("big.txt", bytes(range(256)) * 8)]))
    first = pull(str(inbox), archive, limits=replace(LIMITS, file_bytes=1000))
    assert codes(first) == {"inbox/export.zip/big.txt": "too_large"}
    (again,) = pull(str(inbox), archive, known={f.uri: f for f in first}, limits=LIMITS)
    assert again.sha256


def test_an_office_file_is_a_file_whatever_its_name(inbox, archive):
    data = zipped([("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")])
    for name in ("a.docx", "b.zip"):
        (inbox / name).write_bytes(data)
    (inbox / "c.zip").write_bytes(zipped([("d.docx", data)]))
    assert [f.uri for f in pull(str(inbox), archive, limits=LIMITS) if f.sha256] == ["inbox/a.docx", "inbox/b.zip", "inbox/c.zip/d.docx"]  # fmt: skip


def test_a_name_does_not_make_an_archive_and_a_zip_of_another_name_is_a_file(inbox, archive):
    (inbox / "page.zip").write_bytes(b"<html>sign in</html>")
    (inbox / "form.tar").write_bytes(b"%PDF-1.7")
    (inbox / "form.pdf").write_bytes(zipped(FORMS))
    assert [f.uri for f in pull(str(inbox), archive, limits=LIMITS) if f.sha256] == ["inbox/form.pdf", "inbox/form.tar", "inbox/page.zip"]  # fmt: skip


def test_thai_names_are_read_whoever_wrote_them(inbox, archive):
    raw = "โครงการ๑.txt"
    for name, encoded in (("windows", raw.encode("cp874")), ("mac", raw.encode()), ("dos", "é.txt".encode("cp437"))):
        stand_in = "x" * len(encoded)
        data = zipped([(stand_in, name.encode())]).replace(stand_in.encode(), encoded)
        (inbox / f"{name}.zip").write_bytes(data)
    (inbox / "utf8.zip").write_bytes(zipped([(raw, b"utf8")]))
    extra = "รายงาน.txt".encode()
    info = zipfile.ZipInfo("old.txt")
    info.extra = struct.pack("<HHBL", 0x7075, 5 + len(extra), 1, zlib.crc32(b"old.txt")) + extra
    (inbox / "infozip.zip").write_bytes(zipped([(info, b"infozip")]))
    assert texts(pull(str(inbox), archive, limits=LIMITS), archive) == {
        "inbox/dos.zip/é.txt": "dos",
        "inbox/infozip.zip/รายงาน.txt": "infozip",
        f"inbox/mac.zip/{raw}": "mac",
        f"inbox/utf8.zip/{raw}": "utf8",
        f"inbox/windows.zip/{raw}": "windows",
    }


def test_names_in_a_tar_of_windows_in_thai_are_read(inbox, archive):
    info = tarfile.TarInfo("โครงการ.txt")
    info.size = 3
    data = info.tobuf(tarfile.USTAR_FORMAT, "cp874") + b"tar".ljust(512, b"\0") + bytes(1024)
    (inbox / "old.tar").write_bytes(data)
    assert texts(pull(str(inbox), archive, limits=LIMITS), archive) == {"inbox/old.tar/โครงการ.txt": "tar"}


def links():
    """A link, a pipe and a device as a tar holds them, and a link as a ZIP does."""
    for name, kind in (
        ("link", tarfile.SYMTYPE),
        ("hard", tarfile.LNKTYPE),
        ("pipe", tarfile.FIFOTYPE),
        ("dev", tarfile.CHRTYPE),
    ):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        yield info, b""


@pytest.mark.fault(25)
def test_what_may_not_come_out_is_told_one_by_one_and_the_others_go_on(inbox, archive):
    link = zipfile.ZipInfo("link.pdf")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    locked = bytearray(zipped([("secret.pdf", b"s")]))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    flipped = bytearray(zipped([("flipped.txt", b"x" * 50)], zipfile.ZIP_STORED))
    flipped[60] ^= 1
    (inbox / "locked.zip").write_bytes(locked)
    (inbox / "flipped.zip").write_bytes(flipped)
    (inbox / "bzip2.zip").write_bytes(zipped([("a.txt", b"x")], zipfile.ZIP_BZIP2))
    (inbox / "tar.tar").write_bytes(tarred([*links(), ("good.txt", b"tar")]))
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(
            [
                ("good.txt", b"zip"), ("/etc/passwd", b""), ("../up.txt", b""), ("a/../../up.txt", b""), ("C:/x.txt", b""),
                ("a\\..\\..\\x.txt", b""), ("inner.zip", zipped(FORMS)), ("inner.tgz", tarred(FORMS, "w:gz")), (link, b"good.txt"),
                ("twice.txt", b"1"), ("twice.txt", b"2"), ("ก" * 2000 + ".txt", b""), ("ก" * 250 + ".txt", b"long"),
                ("zeros.txt", bytes(2_000_000)),
            ]
        )  # fmt: skip
    (inbox / "zip.zip").write_bytes(data)
    found = pull(str(inbox), archive, limits=LIMITS)
    assert texts(found, archive) == {
        "inbox/tar.tar/good.txt": "tar",
        "inbox/zip.zip/good.txt": "zip",
        f"inbox/zip.zip/{'ก' * 250}.txt": "long",
    }
    assert codes(found) == {
        "inbox/bzip2.zip/a.txt": "broken_member",
        "inbox/flipped.zip/flipped.txt": "broken_member",
        "inbox/locked.zip/secret.pdf": "encrypted_member",
        "inbox/tar.tar/dev": "not_a_regular_file",
        "inbox/tar.tar/hard": "not_a_regular_file",
        "inbox/tar.tar/link": "not_a_regular_file",
        "inbox/tar.tar/pipe": "not_a_regular_file",
        "inbox/zip.zip/../up.txt": "unsafe_name",
        "inbox/zip.zip//etc/passwd": "unsafe_name",
        "inbox/zip.zip/C:/x.txt": "unsafe_name",
        "inbox/zip.zip/a/../../up.txt": "unsafe_name",
        "inbox/zip.zip/a/../../x.txt": "unsafe_name",
        "inbox/zip.zip/inner.tgz": "nested_archive",
        "inbox/zip.zip/inner.zip": "nested_archive",
        "inbox/zip.zip/link.pdf": "not_a_regular_file",
        "inbox/zip.zip/twice.txt": "duplicate_name",
        "inbox/zip.zip/zeros.txt": "archive_limit",
        f"inbox/zip.zip/{'ก' * 120}…": "unsafe_name",
    }
    assert sorted(p.name for p in archive.rglob("*") if p.is_file()) == sorted({f.sha256 for f in found if f.sha256})


@pytest.mark.fault(25)
def test_a_name_with_a_nul_is_refused_and_shown_on_one_line(inbox, archive):
    (inbox / "a.zip").write_bytes(zipped([("good.pdf!exe", b"x")]).replace(b"good.pdf!exe", b"good.pdf\0exe"))
    assert codes(pull(str(inbox), archive, limits=LIMITS)) == {"inbox/a.zip/good.pdf\\x00exe": "unsafe_name"}


@pytest.mark.fault(17)
@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("cut.zip", zipped(FORMS)[:-30], "broken_archive"),
        ("two.zip", OF_ARCHIVES[: OF_ARCHIVES.index(b"fourth.zip")], "broken_archive"),
        ("none.zip", zipped([("empty.zip", zipped([])), ("b.txt", b"2")])[:-150], "broken_archive"),
        ("cut.tgz", tarred([("a.txt", bytes(range(256)) * 40)], "w:gz")[:-60], "broken_archive"),
        ("cut.tar", tarred([("a.txt", b"1"), ("b.txt", b"x" * 5000)])[:2000], "broken_archive"),
        ("noise.tgz", b"\x1f\x8b" + b"noise" * 100, "broken_archive"),
        ("empty.zip", zipped([]), "empty_archive"),
        ("hidden.zip", zipped([(".DS_Store", b"")]), "empty_archive"),
        ("many.zip", zipped([(f"{n}.txt", b"") for n in range(101)]), "archive_limit"),
        ("many.tar", tarred([(f"{n}.txt", b"") for n in range(101)]), "archive_limit"),
        ("large.zip", zipped([(f"{n}.txt", b"%d" % n * 300_000) for n in range(4)]), "archive_limit"),
        ("large.tar", tarred([(f"{n}.txt", bytes(300_000)) for n in range(4)], "w:gz"), "archive_limit"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_archive_is_told_once_and_nothing_of_it_is_taken(inbox, archive, name, data, code):
    (inbox / name).write_bytes(data)
    (inbox / "z.txt").write_bytes(b"good")
    found = pull(str(inbox), archive, limits=replace(LIMITS, members=100, archive_bytes=1_000_000))
    assert codes(found) == {f"inbox/{name}": code}
    assert texts(found, archive) == {"inbox/z.txt": "good"}
    assert not any(p.is_dir() for p in (archive / "incoming").iterdir())


def test_a_directory_that_says_it_is_huge_is_not_read(inbox, archive):
    """The directory of a ZIP, the long names of a tar: both say themselves how long they are."""
    data = bytearray(zipped([("a.txt", b"1")]))
    end = data.index(b"PK\x05\x06")
    data[end + 12 : end + 20] = struct.pack("<LL", 18_000_000, 0)
    (inbox / "a.zip").write_bytes(b"PK\x03\x04" + bytes(20_000_000) + data)
    longname = tarfile.TarInfo("././@LongLink")
    longname.type, longname.size = tarfile.GNUTYPE_LONGNAME, 500_000_000
    (inbox / "b.tar").write_bytes(longname.tobuf(tarfile.GNU_FORMAT) + bytes(20_000_000))
    backwards = tarfile.TarInfo("a.txt").tobuf(tarfile.GNU_FORMAT)
    backwards = backwards[:124] + b"\xff" * 12 + backwards[136:]
    backwards = backwards[:148] + b"%06o\0 " % tarfile.calc_chksums(backwards)[0] + backwards[156:]
    (inbox / "c.tar").write_bytes(backwards + bytes(10_240))
    assert codes(pull(str(inbox), archive, limits=LIMITS)) == {"inbox/a.zip": "archive_limit", "inbox/b.tar": "archive_limit", "inbox/c.tar": "broken_archive"}  # fmt: skip


@pytest.mark.fault(26)
def test_the_same_form_in_two_archives_is_stored_once_and_names_in_two_normal_forms_are_two(inbox, archive):
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "é.txt")
        (inbox / f"{form}.zip").write_bytes(zipped([(name, b"same")]))
    (inbox / "both.zip").write_bytes(
        zipped([(unicodedata.normalize(form, "é.txt"), b"same") for form in ("NFC", "NFD")])
    )
    found = pull(str(inbox), archive, limits=LIMITS)
    assert len({f.uri for f in found}) == 4
    assert len({f.sha256 for f in found}) == 1


def test_an_archive_that_is_being_written_is_left_for_the_next_run(inbox, archive, monkeypatch):
    path = inbox / "export.zip"
    path.write_bytes(zipped(FORMS))
    real = pulling_module.unpack

    def growing(*arguments):
        with path.open("ab") as file:
            file.write(b"more")
        return real(*arguments)

    monkeypatch.setattr(pulling_module, "unpack", growing)
    assert codes(pull(str(inbox), archive, limits=LIMITS)) == {"inbox/export.zip": "changed_while_read"}
