"""The `kaona` command. Heavy libraries are imported inside the commands that need them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.command_line import Failure, Home, Json, failures, mistakes, settings_of
from flows.leaving import leave
from flows.operating import commands as operating
from flows.settings import Settings, tonight
from flows.streams import Unprinted, prepare, typed, write_lines
from flows.summary import Watch

app = typer.Typer(
    name="kaona",
    help="kaona (ก้าวหน้า): from printed progress forms to facts with evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point: exit code 0 complete, 1 failed, 2 wrong usage."""
    prepare()
    try:
        with failures():
            app()
    except Failure as failure:
        mistakes.print(f"kaona: {failure}", markup=False)
    except SystemExit as done:
        if done.code is None or isinstance(done.code, int):
            _leave(done.code or 0)
        raise
    else:
        return
    _leave(1)
    sys.exit(1)


def _leave(exit_code: int) -> None:
    """A server of Prefect's that is gone must not keep the command from ending, nor must all that a night held."""
    if "prefect" in sys.modules:
        from flows.under_prefect import leave_promptly

        leave_promptly(exit_code)
    leave(exit_code)


@app.command()
def run(
    source: Annotated[
        list[str] | None, typer.Option(help="Folder or fsspec URI to pull; may be given several times.")
    ] = None,
    home: Home = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Night to load; default: today in Bangkok.")
    ] = None,
    by_date: Annotated[
        bool,
        typer.Option("--by-date", help="Each source holds a folder for each night, 2026-11-22: load them in order."),
    ] = False,
    called: Annotated[
        str | None, typer.Option(help="With --by-date: name of the source in places; default: its folder's.")
    ] = None,
    files: Annotated[
        list[str] | None, typer.Option(help="Only this document, again: place, hash, path or URI; several times.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read everything again from the archive, night by night.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --rebuild or --files: only write down what would change.")
    ] = False,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="With --rebuild or --files: publish although facts would be lost.")
    ] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Files that sources suddenly lack tonight are rightly gone.")
    ] = False,
    no_mail: Annotated[bool, typer.Option("--no-mail", help="Write no mails.")] = False,
    no_prefect: Annotated[bool, typer.Option("--no-prefect", help="Run the same stages without Prefect.")] = False,
    as_json: Json = False,
) -> None:
    """One night now: pull, read, reconcile, validate, load, publish, mail."""
    from flows.run import WrongUsage
    from flows.run_command import Asked, run_asked

    settings = settings_of(
        home, sources=source or None, use_prefect=False if no_prefect else None, write_mails=False if no_mail else None
    )
    asked = Asked(
        night=as_of.date() if as_of else tonight(),
        by_date=by_date,
        called=called,
        files=tuple(files or ()),
        rebuild=rebuild,
        is_preview=dry_run,
        accept_changes=accept_changes,
        accept_loss=accept_loss,
    )
    say = (lambda line: None) if as_json else _said
    with failures(settings):
        try:
            found = run_asked(settings, asked, Watch(is_quiet=as_json), say)
        except WrongUsage as error:
            mistakes.print(f"kaona: {error}", markup=False)
            raise typer.Exit(2) from error
    try:
        write_lines([json.dumps(found.as_json, ensure_ascii=False)] if as_json else found.lines)
    except Unprinted as error:  # what was asked for is done
        mistakes.print(f"kaona: {error}; all is done all the same, and told by `kaona status`", markup=False)


def _said(line: str) -> None:
    with suppress(Unprinted):  # nobody may be listening, and the nights go on
        write_lines([line])


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files to read: PDFs and text dumps.")],
    as_json: Json = False,
) -> None:
    """Read files without loading anything; show what was read, in doubt and unread."""
    from flows.check import as_lines, check_files

    settings = settings_of()
    for file in files:
        if not file.is_file():
            mistakes.print(f"kaona: {file}: there is no such file; expected a PDF or a text dump", markup=False)
            raise typer.Exit(2)
    with failures():
        result = check_files(settings, files)
    write_lines([json.dumps(result, ensure_ascii=False, indent=1)] if as_json else as_lines(result))


@app.command()
def why(
    project_code: Annotated[str, typer.Argument(help="Project code, for example 50390000-3367.")],
    field: Annotated[str | None, typer.Argument(help="Field, group or published column; default: all of them.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say why a value is so: every reading with file, page and line, the choice, the rule, the history."""
    from load import explain

    settings = settings_of(home)
    path = published(settings)
    with failures():
        explanation = explain.why(path, project_code, field)
    say_what_is_left_out(path)
    if as_json:
        write_lines([json.dumps(explain.as_json(explanation), ensure_ascii=False, indent=1)])
    else:
        write_lines([explain.as_text(explanation)])


@app.command()
def review(
    project_codes: Annotated[list[str] | None, typer.Argument(help="Project codes; default: all projects.")] = None,
    agency: Annotated[str | None, typer.Option(help="Only projects under this code, for example 5036.")] = None,
    home: Home = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print only the ready-made lines, with their head.")] = False,
) -> None:
    """List what is contested and which copies are unsure, with ready-made lines for data/reference/corrections.csv."""
    from load import review_text
    from load.review import review as review_of

    if as_json and as_csv:
        mistakes.print("kaona: --json and --csv exclude each other")
        raise typer.Exit(2)
    settings = settings_of(home)
    path = published(settings)
    with failures():
        found = review_of(path, project_codes or (), agency)
    say_what_is_left_out(path)
    day = tonight().isoformat()
    if as_json:
        write_lines([json.dumps(review_text.as_json(found, day), ensure_ascii=False, indent=1)])
    else:
        write_lines([review_text.as_csv(found, day) if as_csv else review_text.as_text(found, day)])


@app.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="SQL, read-only; without it what there is is listed.")] = None,
    describe: Annotated[
        str | None, typer.Option(help="Columns of this table, view or macro with their meaning.", metavar="NAME")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of columns.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array of rows instead of columns.")] = False,
    home: Home = None,
) -> None:
    """Query the published warehouse, read-only; without a query list its tables, views and macros."""
    from flows import answers
    from load import dictionary

    if (as_csv and as_json) or (query is not None and describe is not None):
        mistakes.print("kaona: --csv and --json exclude each other, and so do a query and --describe")
        raise typer.Exit(2)
    settings = settings_of(home)
    path = published(settings)
    rows: Sequence[Sequence[Any]]
    with failures():
        if describe is not None:
            columns, rows = dictionary.meaning(path, describe)
        elif query is None:
            columns, rows = dictionary.listing(path)
        else:
            columns, rows = dictionary.query(path, typed(query))
    write_lines((answers.as_json if as_json else answers.as_csv if as_csv else answers.aligned)(columns, rows))


@app.command()
def mail(
    show: Annotated[
        bool, typer.Option("--show", help="Print what waits, and write outbox/preview.html (the default).")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Deliver what waits now, also what was deferred.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Count the mails by what became of them.")] = False,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Only mails whose recipient contains this; an address alone gets a sample."),
    ] = None,
    home: Home = None,
) -> None:
    """Preview or deliver what is in the outbox; `--to ADDRESS` alone sends a sample to that address only."""
    from flows import mail_command, outbox

    if show + send + status > 1:
        mistakes.print("kaona: --show, --send and --status exclude each other")
        raise typer.Exit(2)
    settings = settings_of(home)
    with failures():
        if send:
            outcomes = outbox.deliver(settings, to, by_hand=True)
            write_lines(mail_command.outcome_lines(outcomes))
            if any(d.outcome not in ("sent", "gone") for d in outcomes):
                raise Failure("not every mail was accepted; `kaona mail --status` tells what became of them")
        elif status:
            write_lines(mail_command.status_lines(settings))
        elif to is not None and "@" in to and not show:
            write_lines([mail_command.send_sample(settings, to)])
        else:
            write_lines(mail_command.waiting_lines(settings, to))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write into.")],
    format: Annotated[str, typer.Option(help="parquet, csv or xlsx.")] = "parquet",
    view: Annotated[
        list[str] | None, typer.Option("--view", help="Only this table or view; may be given several times.")
    ] = None,
    home: Home = None,
) -> None:
    """Write the canonical exports, one file per table sorted by its key; or the tables and views that are named."""
    from load import exports

    if format not in ("parquet", "csv", "xlsx"):
        mistakes.print(f"kaona: --format {format}: expected parquet, csv or xlsx", markup=False)
        raise typer.Exit(2)
    settings = settings_of(home)
    path = published(settings)
    with failures():
        made: exports.Format = format  # type: ignore[assignment]
        written = exports.export_views(path, view, folder, made) if view else exports.export(path, folder, made)
    write_lines([f"{len(written)} {'file' if len(written) == 1 else 'files'} in {folder}"])


@app.command()
def rollback(home: Home = None) -> None:
    """Go back one publication: file, exports, manifest and pages together."""
    from flows.rollback import roll_back

    settings = settings_of(home)
    with failures():
        lines = roll_back(settings)
    write_lines(lines)


@app.command()
def verify(
    against: Annotated[
        Path | None,
        typer.Option(help="Compare with another home, kaona.duckdb, or python (its kaona reads this archive)."),
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Rebuild from the archive in a scratch folder and compare with the published exports, byte for byte."""
    from flows.rebuild import verify_exports

    settings = settings_of(home)
    published(settings)
    if against is not None:
        _verify_against(settings, against, as_json)
        return
    with failures():
        differences = verify_exports(settings)
    if differences:
        raise Failure("the rebuild differs from what is published: " + ", ".join(differences))
    write_lines(["verified: a rebuild from the archive gives the published exports, byte for byte"])


def _verify_against(settings: Settings, against: Path, as_json: bool) -> None:
    from flows.against import compare_against
    from flows.run import WrongUsage

    with failures():
        try:
            told = compare_against(settings, against)
        except WrongUsage as error:
            mistakes.print(f"kaona: {error}", markup=False)
            raise typer.Exit(2) from error
    write_lines([json.dumps(told.numbers, ensure_ascii=False)] if as_json else told.lines)
    if not told.is_equal:
        raise Failure(f"{against.name} reads the archive otherwise; the differences lie in {told.page}")


@app.command()
def serve(home: Home = None) -> None:
    """Serve the nightly deployment (default 02:00 Asia/Bangkok) until stopped; starts Prefect's server if need be."""
    settings = settings_of(home)
    from flows.due import check_cron
    from flows.prefect_server import set_environment
    from flows.serve import PATIENT, serve_nightly

    set_environment(settings, **PATIENT)
    try:
        check_cron(settings)
    except ValueError as error:
        mistakes.print(f"kaona: {error}", markup=False)
        raise typer.Exit(2) from error
    with failures(settings):
        serve_nightly(settings, lambda line: mistakes.print(f"kaona: {line}", markup=False))


def published(settings: Settings) -> Path:
    """The published file; a failure that says how to get one when there is none."""
    if not settings.published.is_file():
        raise Failure(f"nothing is published in {settings.home}; run `kaona run` first, or name another --home")
    return settings.published


def say_what_is_left_out(path: Path) -> None:
    """A file without personal data shows people's values as empty: say that they are not missing."""
    from load.without_personal_data import LEFT_OUT, leaves_out_personal_data

    if leaves_out_personal_data(path):
        mistakes.print(
            f"kaona: names, telephone numbers and texts that quote them are {LEFT_OUT} (publish_personal_data)",
            markup=False,
        )


app.command()(operating.status)
app.command()(operating.doctor)
