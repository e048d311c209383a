"""`kaona serve`: the nightly deployment, served by Prefect, Asia/Bangkok."""

from __future__ import annotations

import os

from flows.run import run_night
from flows.settings import Settings, tonight
from flows.summary import Watch, as_text
from flows.under_prefect import prefect_environment


def serve_nightly(settings: Settings) -> None:
    """Serve the deployment `nightly` until stopped. Two nights never overlap: the lock of the home sees to it."""
    for name, value in prefect_environment(settings).items():
        os.environ.setdefault(name, value)
    from prefect import flow
    from prefect.schedules import Cron

    @flow(name="kaona nightly", persist_result=False, log_prints=True)
    def nightly() -> None:
        print(as_text(run_night(settings, tonight(), Watch())))

    nightly.serve(name="nightly", schedule=Cron(settings.cron, timezone="Asia/Bangkok"))
