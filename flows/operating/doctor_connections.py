"""Checks of what others have to answer: sources, the mail server, Prefect's server, the heartbeat URL."""

from __future__ import annotations

import importlib.util
import os
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from extract.sources import masked
from flows.operating.findings import Check, Finding, judged
from flows.operating.safe_words import safe
from flows.settings import Settings
from flows.source_options import options_of, unused_options

_SECONDS = 5.0


def sources(settings: Settings) -> Iterator[Finding]:
    """Each source can be listed; nothing of it is fetched."""
    from extract.sources import SourceUnavailable, list_files, source_name

    for uri in settings.source_uris:
        name, started = f"source {source_name(uri)}", time.monotonic()
        try:
            found = list_files(uri, options=options_of(settings, uri), limits=settings.source_limits)
        except SourceUnavailable as error:
            is_inbox = uri == str(settings.home / "inbox")
            todo = "the next night makes it" if is_inbox else "correct the setting sources, its access or its network"
            yield judged(name, safe(str(error), settings), fails=not is_inbox, warns=True, todo=todo)
            continue
        took = time.monotonic() - started
        yield judged(
            name, f"{len(found):,} files listed in {took:.1f} s", warns=not found,
            todo="an empty source gives nothing to load: see whether the export runs",
        )  # fmt: skip


def source_options(settings: Settings) -> Iterator[Finding]:
    """Options that no source asks for: a misspelt beginning is silently without effect."""
    for prefix in unused_options(settings):
        yield Finding(
            "source_options", "warning", f"no source begins with {safe(masked(prefix), settings)}",
            "write it as the setting sources does, or leave it for `kaona run --source`",
        )  # fmt: skip


def dask(settings: Settings) -> Iterator[Finding]:
    """The scheduler that is to spread the reading answers; without it the night reads here."""
    if settings.dask_scheduler is None:
        return
    if importlib.util.find_spec("distributed") is None:
        yield Finding("dask scheduler", "FAIL", "the packages for Dask are missing", "pip install 'kaona[dask]'")
        return
    todo = "correct KAONA_DASK_SCHEDULER, for example tcp://server:8786, or start it"
    host, port = _host_and_port(settings.dask_scheduler)
    if host is None or port is None:
        yield Finding("dask scheduler", "FAIL", "its address has no host and port", todo)
        return
    try:
        socket.create_connection((host, port), _SECONDS).close()
    except OSError as error:
        yield Finding("dask scheduler", "warning", f"it cannot be reached ({type(error).__name__})", todo)
        return
    yield Finding("dask scheduler", "ok", "it can be reached")


def _host_and_port(address: str) -> tuple[str | None, int | None]:
    """Both of an address of Dask, which may leave tcp:// out; None for what it lacks."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        return parts.hostname, parts.port
    except ValueError:
        return parts.hostname, None


def mail_server(settings: Settings) -> Iterator[Finding]:
    """Connect, encrypt, log in, and say good-bye; no mail is sent."""
    if settings.smtp_host is None:
        yield Finding("mail server", "ok", "none is set: mails stay in the outbox as .eml files")
        return
    from flows.smtp import Unavailable, open_session

    try:
        session = open_session(settings, 20.0)
    except Unavailable as error:
        yield Finding("mail server", "FAIL", str(error), "correct the settings smtp_*; mails wait until it answers")
        return
    try:
        problem = session.greets()
    finally:
        session.close()
    how = {"starttls": "STARTTLS", "tls": "TLS", "none": "an open line"}[settings.smtp_security]
    has_user, has_password = bool(settings.smtp_user), bool(settings.smtp_password)
    login = ", logged in" if has_user and has_password else ", without a login"
    yield judged("mail server", problem or f"it answers over {how}{login}", fails=bool(problem), todo="see its log")
    if has_user is not has_password:
        lacking = "KAONA_SMTP_PASSWORD" if has_user else "KAONA_SMTP_USER"
        yield Finding("mail login", "warning", f"nobody logs in: {lacking} is not set", "set it, or neither of the two")


def prefect_api(settings: Settings) -> Iterator[Finding]:
    """The Prefect server that is configured answers."""
    url = os.environ.get("PREFECT_API_URL")
    if not settings.use_prefect or not url:
        yield Finding("prefect api", "ok", "none is configured: a night brings its own, or runs without")
        return
    import urllib.request

    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=_SECONDS) as answer:
            said, is_well = f"it answers {answer.status}", answer.status == 200
    except Exception as error:  # whatever an address can do wrong; its text may hold a credential
        said, is_well = f"it cannot be reached ({type(error).__name__})", False
    yield judged(
        "prefect api", said, warns=not is_well, todo="a night runs without it; start it or correct PREFECT_API_URL"
    )


def heartbeat_url(settings: Settings) -> Iterator[Finding]:
    """The monitoring can be reached; it is not called, that would count as a night."""
    if settings.heartbeat_url is None:
        yield Finding("heartbeat url", "ok", "none is set: HOME/work/heartbeat.json tells")
        return
    parts = urlsplit(settings.heartbeat_url.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Finding("heartbeat url", "FAIL", "it is no http(s) address", "correct KAONA_HEARTBEAT_URL")
        return
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname, port), _SECONDS) as line:
            if parts.scheme == "https":
                ssl.create_default_context().wrap_socket(line, server_hostname=parts.hostname).close()
    except (OSError, ValueError) as error:
        said = f"its server cannot be reached ({type(error).__name__})"
        yield Finding("heartbeat url", "warning", said, "no night fails by it, but monitoring will raise an alarm")
        return
    yield Finding("heartbeat url", "ok", "its server can be reached")


CHECKS: tuple[Check, ...] = (sources, source_options, dask, mail_server, prefect_api, heartbeat_url)
