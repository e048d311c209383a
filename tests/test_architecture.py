"""The shape of the repository, held by reading it: who may import whom, how long a module may be, what may not stand in a file."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# room → the rooms it may import from
ROOMS = {
    "extract": (),
    "transform": ("extract",),
    "expectations": ("extract", "transform"),
    "load": ("extract", "transform"),
    "flows": ("extract", "transform", "expectations", "load"),
}
# heavy dependency → the one room that may know it
HEAVY = {
    "pdfminer": "extract",
    "fsspec": "extract",
    "pebble": "extract",
    "pythainlp": "transform",
    "rapidfuzz": "transform",
    "great_expectations": "expectations",
    "duckdb": "load",
    "prefect": "flows",
    "distributed": "flows",
    "prefect_dask": "flows",
}
TOP_LEVEL_FOLDERS = {"flows", "extract", "transform", "load", "expectations", "data", "tests", "docs"}
LONGEST_MODULE = 400
# spelt in pieces, so that this file does not hold what it forbids
MACHINE_PATHS = ("work", "tmp", "root", "home", "Users", "mnt", "scratch", "workspace")
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry" + ".npmjs",
    "conda" + ".anaconda",
    "/simple" + "/",
    "arti" + "factory",
)
_MACHINE_PATH = re.compile(r"(?:^|[\s\"'`(=:,\[<>])(?:[A-Za-z]:)?[/\\](?:" + "|".join(MACHINE_PATHS) + r")[/\\][\w.-]+")
_PRIVATE_ADDRESS = re.compile(
    r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b|index" + r"-url\s*[= ]\s*\S+://"
)


def modules() -> list[Path]:
    return sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Top-level packages that a module imports anywhere, also inside functions."""
    package = path.relative_to(ROOT).parts[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0] if node.level == 0 else package, node.lineno


def repository_files() -> list[Path]:
    """Tracked files, and untracked ones that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list of the repository's files")
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def identifier(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules(), ids=identifier)
def test_imports_point_one_way_and_heavy_dependencies_stay_in_their_room(path):
    room = path.relative_to(ROOT).parts[0]
    wrong = [
        f"{identifier(path)}:{line} imports {name}"
        for name, line in imported(path)
        if (name in ROOMS and name != room and name not in ROOMS[room])
        or HEAVY.get(name, room) != room
        or name == "tests"
    ]
    assert not wrong


def test_every_heavy_dependency_is_used_where_it_may_be():
    used = {(name, path.relative_to(ROOT).parts[0]) for path in modules() for name, _ in imported(path)}
    unused = {name: room for name, room in HEAVY.items() if (name, room) not in used}
    # prefect arrives with the flows; everything else is there
    assert set(unused) <= {"prefect"}


@pytest.mark.parametrize("path", modules(), ids=identifier)
def test_no_module_is_longer_than_two_things(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_the_top_level_folders_are_the_clients():
    folders = {p.relative_to(ROOT).parts[0] for p in repository_files() if len(p.relative_to(ROOT).parts) > 1}
    assert {f for f in folders if not f.startswith(".")} <= TOP_LEVEL_FOLDERS


def offences(text: str) -> list[str]:
    lowered = text.lower()
    found = [name for name in REGISTRIES if name in lowered]
    return found + [m[0].strip() for pattern in (_MACHINE_PATH, _PRIVATE_ADDRESS) for m in pattern.finditer(text)]


def test_no_file_names_a_package_registry_a_private_address_or_a_path_of_one_machine():
    wrong = {
        identifier(p): found
        for p in repository_files()
        if (found := offences(p.read_bytes().decode("utf-8", "replace")))
    }
    assert not wrong


@pytest.mark.parametrize(
    "text",
    [
        "open('/" + "work/main/x.csv')", "PATH=/" + "tmp/briefs", "see `/" + "root/notes.md`", "C:\\" + "Users\\someone",
        "https://" + "py" + "pi.org/project/x", "--index" + "-url https://mirror.example/x", "host 10.0." + "0.7", "(/" + "home/someone)",
    ],
)  # fmt: skip
def test_the_search_for_addresses_and_paths_finds_them(text):
    assert offences(text)


@pytest.mark.parametrize(
    "text", ["data/work/kaona.duckdb", "ข้อมูล / งาน", "{home}/work/x", "https://example.org/work/x", "version 10.0.7"]
)
def test_the_search_for_addresses_and_paths_leaves_ordinary_text(text):
    assert not offences(text)
