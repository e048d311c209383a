"""The publisher killed at every step: readers open the old night or the new one, whole, and the next run publishes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from load.generations import generations
from load.publish import published_path
from load.warehouse import open_work, work_path
from tests.load.conftest import SECOND, VALUES, Warehouse, make_night

# kills itself at the k-th thing that Python does to a file while it publishes; prints how many there were
PROGRAM = """
import os, signal, sys
from pathlib import Path
from load.publish import publish
from load.warehouse import open_work
home, k = Path(sys.argv[1]), int(sys.argv[2])
con = open_work(home)
count = 0
def hook(event, arguments):
    global count
    if event in ("os.rename", "os.link", "os.remove", "os.chmod", "os.mkdir", "os.rmdir", "subprocess.Popen") or (
        event == "open" and isinstance(arguments[0], str) and "published" in arguments[0]
    ):
        count += 1
        if count == k:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
publish(con, home)
print(count)
"""
ROWS = "SELECT project_code FROM main.dim_project ORDER BY ALL"


def publish_in_a_process(home: Path, kill_at: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home), str(kill_at)], capture_output=True, text=True, check=False
    )


def seen(home: Path) -> list[tuple[str]]:
    with duckdb.connect(str(published_path(home)), read_only=True) as con:
        for (name,) in con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall():
            con.execute(f"SELECT sum(hash(t)) FROM {name} AS t").fetchall()
        return con.execute(ROWS).fetchall()


@pytest.fixture
def one_new_night(one_night: Warehouse) -> Warehouse:
    """A published night, and one more in the working file that is not published yet."""
    one_night.publish()
    one_night.load(make_night(SECOND, {"50390000-9955": VALUES}, sha="d" * 64))
    one_night.con.close()
    return one_night


@pytest.mark.fault(6)
@pytest.mark.soak
def test_killed_at_every_step_it_leaves_the_old_night_or_the_new_one_whole(one_new_night: Warehouse) -> None:
    killed_at(range(1, 80), one_new_night.home)


def killed_at(wanted: range, home: Path) -> None:
    old = seen(home)
    states = set()
    kills = 0
    for step in wanted:
        done = publish_in_a_process(home, step)
        assert not published_path(home).with_name("kaona.duckdb.wal").exists()
        now = seen(home)
        states.add(len(now))
        assert now == old or len(now) == len(old) + 1
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        kills += 1
    assert done.returncode == 0
    assert kills >= 3
    assert states == {len(old), len(old) + 1}
    assert len(seen(home)) == len(old) + 1
    leftovers = [
        p.name for p in published_path(home).parent.rglob("*") if p.name.endswith((".next", ".wal", "dropped"))
    ]
    assert leftovers == []
    assert len(generations(home)) in (1, 2)
    with open_work(home) as con:
        assert con.execute("SELECT count(*) FROM main.dim_project").fetchall() == [(len(old) + 1,)]
    assert not work_path(home).with_name("kaona.duckdb.wal").exists()
