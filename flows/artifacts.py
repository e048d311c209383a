"""What a night leaves in Prefect for people to look at: its summary, the rejected files, a link to the report.

Counts, places and reasons only: nothing of a document, no person, no password.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from flows.settings import Settings
from flows.summary import Summary

SUMMARY, REJECTED, REPORT = "kaona-summary", "kaona-rejected", "kaona-report"


def show(settings: Settings, summary: Summary, say: Callable[[str], None]) -> None:
    """Leave the artifacts of a night in the flow run that is running; when Prefect takes none, that is only said."""
    try:
        create_artifacts(settings, summary)
    except Exception as error:
        say(f"Prefect took no artifacts ({type(error).__name__})")


def create_artifacts(settings: Settings, summary: Summary) -> None:
    """Create the artifacts of a night in the flow run that is running. Raises what Prefect raises."""
    from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

    create_markdown_artifact(key=SUMMARY, markdown=as_markdown(summary), description=f"Night {summary.night}")
    create_table_artifact(
        key=REJECTED, table=rejected_rows(summary), description=f"Files rejected, night {summary.night}"
    )
    link = report_link(settings)
    if link is not None:
        create_link_artifact(key=REPORT, link=link, link_text="รายงาน / report", description=f"Night {summary.night}")


def as_markdown(summary: Summary) -> str:
    """The night in numbers, as Prefect shows it."""
    files = summary.files
    not_whole = [source for source in summary.sources if not source["is_believed"]]
    counts = {
        "forms / แบบรายงาน": summary.forms,
        "copies / สำเนา": summary.copies,
        "projects stored / โครงการ": summary.projects,
        "reports / รายงานความก้าวหน้า": summary.reports,
        "values on which copies differ / ค่าที่สำเนาไม่ตรงกัน": summary.conflicts,
        **{f"findings: {severity}": count for severity, count in summary.findings.items()},
        "mails written / จดหมาย": summary.mails,
    }
    lines = [
        f"# kaona {summary.night}",
        "",
        f"Run `{summary.run_id}`",
        "",
        f"{files.listed} files listed = {files.new} loaded + {files.unchanged} unchanged "
        f"+ {files.duplicate} duplicate + {files.rejected} rejected",
        "",
        "| what | count |",
        "|---|---:|",
        *(f"| {name} | {count:,} |" for name, count in counts.items()),
    ]
    if not_whole:
        lines += ["", "**Sources that are not whole:** " + "; ".join(_plain(s["source"]) for s in not_whole)]
    lines += ["", "| stage | seconds |", "|---|---:|"]
    lines += [f"| {stage} | {seconds:.1f} |" for stage, seconds in summary.seconds.items()]
    return "\n".join(lines) + "\n"


def rejected_rows(summary: Summary) -> list[dict[str, str]]:
    """One row per rejected file: uri, code, reason, remedy."""
    rows = []
    for one in summary.rejected:
        told = one["reason"].removeprefix(f"{one['uri']}: ")
        found, is_whole, rest = told.partition("; expected ")
        expected, _, remedy = rest.partition("; ")
        reason = f"{found}; expected {expected}" if is_whole else told
        rows.append({"uri": _without_password(one["uri"]), "code": one["code"], "reason": reason, "remedy": remedy})
    return rows


def report_link(settings: Settings) -> str | None:
    """Where the report opens: `report_url`, else the file itself; None when there is none."""
    if settings.report_url is not None:
        return settings.report_url
    pages = (settings.published.parent / name for name in ("report.html", "index.html"))
    page = next((page for page in pages if page.is_file()), None)
    return None if page is None else Path(page).resolve().as_uri()


def _without_password(uri: str) -> str:
    """`uri` without user and password, should one stand in it."""
    parts = urlsplit(uri)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else uri


def _plain(text: str) -> str:
    return _without_password(text).replace("|", "/")
