"""What `kaona status` tells: the last nights, what is published, what waits, what is stale, whether a night runs.

It only reads, and never the file that a running night holds. What the operator has to look at is in `needs`, each in
one sentence with what to do; without any the command ends with 0, else with 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from extract.sources import display
from flows.archived_nights import nights_of, strays
from flows.home_lock import is_running
from flows.nights_left import nights_set_aside
from flows.operating import night_log
from flows.operating.heartbeat import last_heartbeat
from flows.operating.measures import free_bytes
from flows.operating.night_log import GOOD
from flows.operating.queued import unfinished, waiting_files, waiting_mails
from flows.rollback import mark_of_rollback
from flows.settings import BANGKOK, Settings, tonight
from flows.summary import worth_a_look

# nights with nothing new and refused runs may lie between: enough to find the last good one
_LOOKED_AT = 400
_SILENT_AFTER = timedelta(minutes=10)
_SHOWN = ("pid", "kind", "night", "stage", "since", "beat", "step")
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Published:
    """What readers open now. Counts are None where the file cannot be opened."""

    at: str
    hours_ago: float
    megabytes: float
    night: str | None
    projects: int | None
    reports: int | None
    generations: int


@dataclass(frozen=True, slots=True)
class Status:
    """How this KAONA_HOME stands. `running`: pid, stage, since and last beat of the run that is at work, if any."""

    home: str
    now: str
    running: dict[str, Any] | None
    nights: list[night_log.Record]
    last_good: dict[str, Any] | None
    published: Published | None
    queued: dict[str, Any]
    free_mb: int | None
    needs: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def status_of(settings: Settings, nights: int = 7, now: datetime | None = None) -> Status:
    """Look at everything; nothing that is missing or damaged stops it."""
    moment = now or datetime.now(BANGKOK)
    records = night_log.read(settings.log, max(_LOOKED_AT, nights))
    beat, is_at_work = last_heartbeat(settings.home), is_running(settings)
    good = next((r for r in reversed(records) if r.get("outcome") in GOOD), None)
    needs = [*_of_running(beat, is_at_work, moment), *_of_nights(settings, records, good, beat, is_at_work, moment)]
    published, of_published, told = _published(settings, moment)
    queued = {
        **waiting_files(settings),
        **waiting_mails(settings),
        **of_published,
        "unfinished": unfinished(settings),
    }
    if published is None and good is not None:
        needs.append("nothing is published though the last night was good; `kaona run` publishes it again")
    needs += [*told, *_of_queue(settings, queued, is_at_work, moment)]
    free = free_bytes(settings.home)
    if free is not None and free < settings.min_free_mb * _MB:
        needs.append(f"only {free // _MB:,} MB are free: no night begins below {settings.min_free_mb:,} MB; make room")
    return Status(
        home=str(settings.home),
        now=moment.isoformat(timespec="seconds"),
        running={name: beat.get(name) for name in _SHOWN} if is_at_work else None,
        nights=records[-nights:] if nights else [],
        last_good=None if good is None else {k: good.get(k) for k in ("night", "outcome", "ended")},
        published=published,
        queued=queued,
        free_mb=None if free is None else free // _MB,
        needs=needs,
    )  # fmt: skip


def _of_running(beat: dict[str, Any], is_at_work: bool, moment: datetime) -> Iterator[str]:
    if not is_at_work:
        return
    last = _moment(beat.get("beat"))
    if beat.get("state") == "running" and last is not None and moment - last > _SILENT_AFTER:
        yield (
            f"process {beat.get('pid')} holds the lock but gave no sign of life since {_short(last)} "
            f"(stage {beat.get('stage')}); look at it, end it and run `kaona run`: nothing is lost"
        )


def _of_nights(
    settings: Settings,
    records: list[night_log.Record],
    good: night_log.Record | None,
    beat: dict[str, Any],
    is_at_work: bool,
    moment: datetime,
) -> Iterator[str]:
    """What the log says about the last nights."""
    ended = None if good is None else _moment(good.get("ended"))
    if good is None:
        yield "no night came to its end yet; run `kaona run`, and `kaona doctor` when it fails"
    elif ended is not None and moment - ended > timedelta(hours=settings.stale_hours):
        hours = (moment - ended).total_seconds() / 3600
        yield (
            f"the last good night ended {hours:,.0f} hours ago (expected within {settings.stale_hours:g}); "
            "see whether the timer or `kaona serve` runs, then `kaona run`"
        )
    last = next((r for r in reversed(records) if r.get("outcome") != "refused"), None)
    if last is not None and last.get("outcome") not in GOOD:
        error = last.get("error") or {}
        yield (
            f"the last run ({last.get('night') or '-'}) was {last.get('outcome')} in stage {last.get('stage')}: "
            f"{error.get('class')}: {error.get('message')}; "
            f"{'the operator has a mail that says more, ' if _has_letter(last) else ''}"
            "`kaona doctor` looks for causes, `kaona run` tries again"
        )
    for source in (good or {}).get("sources") or ():
        if source.get("is_believed"):
            yield from worth_a_look(source)
    if beat.get("state") == "running" and not is_at_work:
        yield (
            f"a run was killed in stage {beat.get('stage')} (last sign of life {beat.get('beat')}); run `kaona run`, "
            "it does the rest"
        )
    for aside in nights_set_aside(settings.archive):
        yield (
            f"the night of {aside.night} is set aside: its files could not be loaded, {aside.alone} of {aside.files} "
            "stand on no later night and are kept out of the facts; the operator's mail says why, it is tried again "
            "when kaona, data/form or data/reference change"
        )
    loaded = max((str(r.get("night")) for r in records if r.get("outcome") in GOOD and r.get("night")), default="")
    known = nights_of(settings.archive)
    if mark_of_rollback(settings).is_file() and not is_at_work:
        yield "what is published is not what the last run made (`kaona rollback`); `kaona run` publishes that again"
    elif known and loaded and known[-1].isoformat() > loaded and not is_at_work:
        yield f"the archive holds the night of {known[-1]}, what is published ends with {loaded}; run `kaona run`"


def _has_letter(record: Mapping[str, Any]) -> bool:
    """Whether the operator is written to: not of a run that somebody stopped, or that was killed."""
    by_deadline = (record.get("error") or {}).get("class") == "DeadlinePassed"
    return record.get("outcome") in ("failed", "blocked") or by_deadline


def _published(settings: Settings, moment: datetime) -> tuple[Published | None, dict[str, Any], list[str]]:
    """The readers' file, what it says is kept out, and what is wrong with it."""
    path = settings.published
    try:
        found = path.stat()
    except OSError:
        return None, {}, []
    needs = []
    log = path.with_name(path.name + ".wal")
    if log.exists():
        needs.append(f"{log.name} stands beside the published file: close what writes into it, delete {log.name}")
    at = datetime.fromtimestamp(found.st_mtime, BANGKOK)
    hours = max(0.0, (moment - at).total_seconds() / 3600)  # a clock was set back: `kaona doctor` tells
    size = round(found.st_size / _MB, 1)
    kept = sum(1 for p in (path.parent / "generations").glob("*") if p.name.isdigit())
    try:
        from load.standing import standing

        holds = standing(path, tonight())
    except Exception as error:  # whatever a damaged file does; readers have the same trouble
        needs.append(
            f"the published file cannot be read ({type(error).__name__}); `kaona rollback`, then `kaona doctor`"
        )
        return Published(_short(at), round(hours, 1), size, None, None, None, kept), {}, needs
    if holds.last_night is not None and holds.last_night > tonight():
        needs.append(
            f"the last night is {holds.last_night}, which is still to come: what it decided stays current whatever "
            f"nights before it bring; if it was a slip, delete archive/nights/{holds.last_night}.tsv and run "
            "`kaona run --rebuild --accept-changes`: files that stand on no other night are forgotten with it"
        )
    needs += _of_lists(settings, holds.nights)
    if holds.doubted:
        needs.append(
            f"{len(holds.doubted)} sources lost more files than is believed, or hold none that can be read "
            f"({', '.join(holds.doubted)}); check the export, or `kaona run --accept-loss`"
        )
    if holds.corrections_idle:
        needs.append(
            f"{holds.corrections_idle} lines under data/reference have no effect; "
            "`kaona sql \"FROM v_open_findings WHERE rule LIKE 'correction%' OR rule = 'reference_line_refused'\"`"
        )
    if holds.mutes_over:
        needs.append(
            f"{holds.mutes_over} lines of mutes.csv are over, what they kept quiet is told again: remove them or set a "
            "later day"
        )
    queued = {"kept_out": holds.quarantined}
    night = None if holds.last_night is None else holds.last_night.isoformat()
    return Published(_short(at), round(hours, 1), size, night, holds.projects, holds.reports, kept), queued, needs


def _of_lists(settings: Settings, published: Set[date]) -> Iterator[str]:
    lost = sorted(published - set(nights_of(settings.archive)))
    if lost:
        yield (
            f"{settings.archive / 'nights'} has no list of {len(lost)} nights that are published ({lost[0]} first): "
            "restore it from the backup, a rebuild would lose what they brought"
        )
    for name in strays(settings.archive):
        yield f"archive/nights holds {display(name)}, which is no list of a night and passed over; move it away"


def _of_queue(settings: Settings, queued: dict[str, Any], is_at_work: bool, moment: datetime) -> Iterator[str]:
    for name in queued["sources_unavailable"]:
        yield f"source {name} cannot be listed; bring it back or correct the setting sources"
    if queued.get("outbox_broken"):
        yield f"no mail is written or sent: {queued['outbox_broken']}"
    if queued["unfinished"] and not is_at_work:
        yield f"a run left {', '.join(queued['unfinished'])} half done; run `kaona run`, it does the rest"
    oldest = _moment(queued["oldest_mail"])
    if settings.smtp_host is not None and oldest is not None and moment - oldest > timedelta(days=1):
        yield (
            f"{queued['mails_waiting']} mails wait, the oldest since {_short(oldest)}; see `kaona mail --status` and "
            "`kaona doctor`, then `kaona mail --send`"
        )


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(BANGKOK)
    except ValueError:
        return None


def _short(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
