"""Hundreds of forms come in several runs of one night or of several, in any order, some overwritten, some taken away:
what is published is what the archive gives."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from random import Random

import pytest

from flows.rebuild import verify_exports
from flows.run import run_night
from flows.summary import Watch
from tests.benchmarks.corpus.files import Corpus
from tests.benchmarks.stored import BASE_DOCUMENTS, write_files
from tests.flows.conftest import SAMPLES, settings_in

NIGHTS = [date(2026, 11, day) for day in (20, 21, 22)]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("forms")
    for seed in (2, 3):
        write_files(folder / str(seed), Corpus(BASE_DOCUMENTS, seed), 0, 300)
    return sorted(folder.rglob("*.txt"))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("seed", "files", "nights", "runs"), [(11, 400, 1, 2), (12, 400, 1, 3), (21, 100, 3, 5), (23, 100, 3, 5)]
)
def test_what_came_in_many_runs_is_what_the_archive_gives(
    seed: int, files: int, nights: int, runs: int, forms: list[Path], tmp_path: Path
) -> None:
    chance = Random(seed)
    settings = settings_in(tmp_path / "home").model_copy(update={"write_mails": False})
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True)
    coming = [(f"{n:03}.txt", path) for n, path in enumerate(chance.sample(forms, files))]
    coming += [(path.name, path) for path in sorted(SAMPLES.iterdir())]
    chance.shuffle(coming)
    for number in range(runs):
        for name, path in coming[number::runs]:
            shutil.copy(path, inbox / name)
        if number and chance.random() < 0.5:
            for name, _ in chance.sample(coming, 5):
                shutil.copy(chance.choice(coming)[1], inbox / name)
        if number and chance.random() < 0.4:
            for path in chance.sample(sorted(inbox.iterdir()), 4):
                path.unlink()
        run_night(settings, chance.choice(NIGHTS[:nights]), Watch(is_quiet=True), accept_loss=True)
    assert verify_exports(settings) == []
