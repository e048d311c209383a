"""The recipes of docs/deploy and the handbook docs/operate.md name only what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]

from flows.cli import app
from flows.settings import CHECKOUT, Settings
from tests.deploy_texts import _NOT_SET as NOT_SET
from tests.deploy_texts import (
    DEPLOY,
    EXAMPLE,
    HANDBOOK,
    commands,
    example,
    in_command_position,
    recipe_texts,
    uncommented,
    without_prose,
)

# read outside the settings
_OTHER_VARIABLES = {"KAONA_DEBUG", "KAONA_FAULT"}
_UNITS = ("kaona.service", "kaona.timer", "kaona-serve.service", "kaona-failed.service")


def test_the_example_lists_every_setting_with_its_default(request: pytest.FixtureRequest, golden: object) -> None:
    if request.config.getoption("--refresh-goldens"):
        EXAMPLE.write_text(example(), encoding="utf-8")
    assert EXAMPLE.read_text(encoding="utf-8") == example(), (
        "run: python -m pytest tests/test_deploy.py --refresh-goldens"
    )


def test_the_example_is_read_as_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KAONA_{name.upper()}", raising=False)
    text = uncommented(EXAMPLE.read_text(encoding="utf-8"))
    assert set(tomllib.loads(text)) == set(Settings.model_fields)
    monkeypatch.chdir(tmp_path)
    Path("kaona.toml").write_text(
        "\n".join(line for line in text.splitlines() if NOT_SET not in line), encoding="utf-8"
    )
    read, plain = Settings().model_dump(), Settings.model_construct().model_dump()
    machine = {"home", "reference", "workers"}
    assert {n: v for n, v in read.items() if n not in machine} == {n: v for n, v in plain.items() if n not in machine}


@pytest.mark.parametrize("unit", _UNITS)
def test_systemd_takes_a_unit(unit: str, tmp_path: Path) -> None:
    """What the units name (user, program) is not on this machine: everything else must be right."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    for name in _UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("/opt/kaona/.venv/bin/kaona", "/bin/true")
        (tmp_path / name).write_text(text.replace("file:///opt/kaona/docs", "file:///"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    about_ours = [line for line in done.stderr.splitlines() if "kaona" in line]
    assert not about_ours
    assert done.returncode == 0, done.stderr


def test_the_timer_is_due_at_two_in_bangkok() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    text = (DEPLOY / "kaona.timer").read_text(encoding="utf-8")
    [when] = re.findall(r"^OnCalendar=(.*)$", text, re.M)
    done = subprocess.run(
        ["systemd-analyze", "calendar", "--base-time=2026-11-28 00:00:00 UTC", when],
        env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert "2026-11-28 19:00:00 UTC" in done.stdout


def test_both_services_are_shut_in_alike() -> None:
    def sandbox(name: str) -> list[str]:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        return [line for line in text[text.index("StateDirectory=") :].splitlines() if re.match(r"[A-Z]\w+=", line)]

    assert sandbox("kaona.service") == [line for line in sandbox("kaona-serve.service") if "WantedBy" not in line]


def test_the_services_outlast_what_kaona_itself_allows() -> None:
    text = (DEPLOY / "kaona.service").read_text(encoding="utf-8")
    [minutes] = re.findall(r"^TimeoutStartSec=(\d+)min$", text, re.M)
    deadline = Settings.model_fields["night_deadline_minutes"].default
    assert float(minutes) > deadline + 5


def test_compose_names_files_and_services_that_exist() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = composed["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("secrets", ())) <= set(composed["secrets"]), name
        assert set(service["networks"]) <= set(composed["networks"]), name
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), f"{name} is open to others: {port}"
        if "build" in service:
            context = (DEPLOY / service["build"]["context"]).resolve()
            assert context == CHECKOUT
            assert (context / service["build"]["dockerfile"]).is_file()
        volumes = {v.partition(":")[0] for v in service.get("volumes", ())}
        named = {v for v in volumes if re.fullmatch(r"\w+", v)}
        assert named <= set(composed["volumes"]), name
    assert composed["networks"]["inside"]["internal"] is True
    # two that build one image name make a new one in turn, and each `up --build` ends a night
    [built] = [name for name, service in services.items() if "build" in service]
    image = services[built]["image"]
    assert {s.get("pull_policy") for n, s in services.items() if s["image"] == image and n != built} == {"never"}


def test_the_image_is_built_from_files_that_are_there_and_sent() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    sent = [line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        sources = [word for word in line.split()[:-1] if not word.startswith("--")]
        for source in sources:
            assert (CHECKOUT / source).exists(), source
            assert any(source == one or source.startswith(f"{one}/") for one in sent), (
                f".dockerignore keeps {source} out"
            )


def test_every_command_and_option_that_is_named_exists() -> None:
    there: Any = typer.main.get_command(app)
    named = 0
    for name, text in recipe_texts():
        for words in commands(in_command_position(text) if name.endswith(".md") else without_prose(text)):
            named += 1
            assert words[0] in there.commands, f"{name}: kaona {' '.join(words)}"
            options = {o for p in there.commands[words[0]].params for o in (*p.opts, *p.secondary_opts)}
            used = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert used <= options, f"{name}: kaona {' '.join(words)}"
    assert named > 10


def test_every_variable_that_is_named_exists() -> None:
    known = {f"KAONA_{name.upper()}" for name in Settings.model_fields} | _OTHER_VARIABLES
    for name, text in recipe_texts():
        assert set(re.findall(r"\bKAONA_[A-Z_]+\b", text)) <= known, name


def test_the_handbook_names_recipes_and_pages_that_exist() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (HANDBOOK.parent / target).exists(), target
    for path in set(re.findall(r"docs/deploy/[\w.*-]*\w", text)):
        assert list(CHECKOUT.glob(path)), path


_SCHEDULED = """
import asyncio
from prefect.server import models, schemas
from prefect.server.database import provide_database_interface
from prefect.server.schemas.schedules import CronSchedule

async def scheduled():
    db = provide_database_interface()
    db.Base.metadata.tables["artifact"].indexes.clear()  # declares one twice; its migrations, which are slow, do not
    async with (await db.engine()).begin() as con:
        await con.run_sync(db.Base.metadata.create_all)
    every = schemas.core.DeploymentSchedule(schedule=CronSchedule(cron="0 2 * * *", timezone="Asia/Bangkok"), active=True)
    async with db.session_context(begin_transaction=True) as session:
        flow = await models.flows.create_flow(session, schemas.core.Flow(name="f"))
        made = schemas.core.Deployment(name="d", flow_id=flow.id, paused=False, schedules=[every])
        deployment = (await models.deployments.create_deployment(session, made)).id
    async with db.session_context(begin_transaction=True) as session:
        print("runs", len(await models.deployments.schedule_runs(session, deployment)))

asyncio.run(scheduled())
"""


def test_prefect_makes_runs_of_a_schedule(tmp_path: Path) -> None:
    """With SQLAlchemy 2.1 Prefect 3.8 makes none, and `kaona serve` waits for a night that never comes."""
    env = {**os.environ, "PREFECT_HOME": str(tmp_path), "DO_NOT_TRACK": "1", "PREFECT_LOGGING_LEVEL": "ERROR"}
    env |= {"PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{tmp_path}/p.db"}
    done = subprocess.run(
        [sys.executable, "-c", _SCHEDULED], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert re.fullmatch(r"runs [1-9]\d*\n", done.stdout), done.stderr[-500:]


def test_the_readers_of_thai_need_no_home(tmp_path: Path) -> None:
    """PyThaiNLP makes a folder in HOME when it is imported; the home of a service's user is often no folder."""
    code = "import flows.settings; from pythainlp.corpus import thai_family_names; print(len(thai_family_names()) > 0)"
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHAINLP_")}
    env |= {"HOME": str(tmp_path / "nonexistent"), "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "True\n", done.stderr[-500:]
    assert not (tmp_path / "nonexistent").exists()
