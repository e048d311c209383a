"""Settings: environment variables with the prefix KAONA_, or kaona.toml; every one has a working default."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from extract.encodings import decode
from extract.options import Options
from extract.sources import Limits, source_name
from transform.register_names import REGISTER_NAMES
from transform.source_nights import DEFAULT_LOSS_LIMIT

CHECKOUT = Path(__file__).resolve().parents[1]
BANGKOK = ZoneInfo("Asia/Bangkok")
# PyThaiNLP makes a folder in the user's home when it is imported: the user of a service has none, or one that cannot
# be written to, and the night ended there
if "PYTHAINLP_READ_MODE" not in os.environ:  # its old name; both together are an error
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
# nothing here multiplies matrices, and where OpenBLAS cannot start its threads it interrupts or crashes the process
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


# a day in seconds, ten years in hours: no night wants more, and what no clock can count to ends in an OverflowError
Duration = Annotated[float, Field(le=10 * 366 * 24)]


class Settings(BaseSettings):
    """What an operator may change. `kaona.toml` is read from the working folder."""

    model_config = SettingsConfigDict(env_prefix="KAONA_", toml_file="kaona.toml", extra="forbid")

    home: Path = Field(CHECKOUT / "data", description="Folder of inbox, archive, work, published, outbox and prefect")
    sources: list[str] = Field(
        default_factory=list,
        repr=False,
        description="fsspec URIs of the exports: folders, archives, s3://, sftp://, https://; empty: HOME/inbox",
    )
    source_options: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        repr=False,
        description="fsspec options by the beginning of a source's URI; values literal, env:NAME or secret:BLOCK",
    )
    source_connections: int = Field(4, ge=1, le=32, description="Files of one source that are fetched at once")
    source_attempts: int = Field(4, ge=1, description="How often one file is tried, with waits that double")
    source_wait_seconds: Duration = Field(1.0, ge=0, description="Wait before the second attempt at a file")
    source_stall_seconds: Duration = Field(
        30.0, gt=0, description="Longest wait of a source for an answer or more bytes"
    )
    source_file_seconds: Duration = Field(
        900.0, gt=0, description="Longest time for one file on one night; the next run goes on from there"
    )
    source_seconds: Duration = Field(7200.0, gt=0, description="Longest time for one source on one night")
    reference: Path = Field(
        CHECKOUT / "data" / "reference", description="Folder of the registers, contacts and corrections"
    )

    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=0,
        description="Processes that read PDFs, and decide the projects of a large night; 0: none",
    )
    file_timeout_seconds: Duration = Field(60.0, gt=0, description="Longest time one file may take to read")
    worker_memory_mb: int = Field(1024, ge=256, description="Most memory one reading process may use")
    dask_scheduler: str | None = Field(
        None, description="Address of a Dask scheduler whose workers read the files (needs kaona[dask]); None: here"
    )
    dask_batch_files: int = Field(250, ge=1, description="Most files that a Dask worker is given at once")
    second_reader: bool = Field(
        False, description="Let PDFium read each PDF too and name what it reads differently (needs kaona[pdfium])"
    )
    ocr: bool = Field(
        True, description="Read pages that are pictures, where kaona[ocr] and Tesseract with Thai are installed"
    )
    max_file_mb: int = Field(100, ge=1, description="Larger files are rejected unopened")
    max_archive_mb: int = Field(4096, ge=1, description="Larger ZIP and tar archives, packed or unpacked, are rejected")
    loss_limit: Decimal = Field(
        DEFAULT_LOSS_LIMIT,
        ge=0,
        le=1,
        description="Part of its files a source may not lose at once; 1: any loss is right",
    )
    memory_limit: str = Field(
        "256MB",
        pattern=r"(?i)^(\d+(\.\d+)? ?(([KMGT]i?)B?|B)|\d{1,3}%)$",
        description="Most memory DuckDB may use; beyond it it uses the disk",
    )

    write_mails: bool = Field(True, description="Whether a night writes mails into the outbox")
    write_page: bool = Field(True, description="Whether a night writes published/index.html and dictionary.html")
    data_docs: bool = Field(True, description="Whether a night writes the Data Docs of Great Expectations")
    publish_personal_data: bool = Field(
        True, description="Whether the published file and exports hold names and telephone numbers"
    )
    exports: Literal["all", "facts", "none"] = Field(
        "all", description="Tables written to published/exports each night: all, facts (no lineage) or none"
    )
    keep_generations: int = Field(
        2, ge=0, description="Publications before the current one that stay for `kaona rollback`"
    )
    archive_at: Path | None = Field(None, description="Another place for the archive than HOME/archive")

    min_free_mb: int = Field(200, ge=0, description="A night begins only with so much free disk")
    heartbeat_url: SecretStr | None = Field(
        None, description="URL that monitoring wants called: URL/start, URL when a night was good, URL/fail when not"
    )
    stale_hours: Duration = Field(36.0, gt=0, description="`kaona status` warns when the last good night is older")

    use_prefect: bool = Field(True, description="Run as a Prefect flow (embedded server unless one is configured)")
    cron: str = Field(
        "0 2 * * *", description="When `kaona serve` runs the night, Asia/Bangkok: minute hour day month weekday"
    )
    prefect_port: int = Field(
        4200, ge=1, le=65535, description="Port of the Prefect server that `kaona serve` starts, on loopback"
    )
    report_url: str | None = Field(
        None, description="Where people open the report of HOME/published in a browser, for Prefect's link to it"
    )
    night_deadline_minutes: Duration = Field(
        300.0, ge=0, description="Longest time for a night; then it ends as failed and publishes nothing; 0: any time"
    )
    retries: int = Field(
        2, ge=0, description="How often a served night that failed is tried again; one that may not publish never is"
    )
    retry_wait_minutes: Duration = Field(10.0, ge=0, description="Wait before a served night is tried again")

    mail_from: str = Field("kaona <kaona@kaona.invalid>", description="Sender of the mails")
    operator: str = Field("operator@kaona.invalid", description="Who is told when a night fails")
    smtp_host: str | None = Field(None, description="Mail server; without one mails stay in HOME/outbox as .eml")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server")
    smtp_security: str = Field(
        "starttls",
        pattern="^(starttls|tls|none)$",
        description="starttls, tls or none; a password goes over an open line only where none is set",
    )
    smtp_ca_file: Path | None = Field(None, description="Certificates to trust instead of the system's, as PEM")
    smtp_user: str | None = Field(None, description="User at the mail server")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server")
    smtp_timeout_seconds: Duration = Field(
        30.0, gt=0, description="Longest wait for an answer of the mail server; one mail may take twice as long"
    )
    reminder_days: int = Field(
        7, ge=0, description="Days after which open findings are told once more though nothing changed; 0: never"
    )
    summary_mail: Literal["nightly", "weekly", "never"] = Field(
        "nightly", description="When contacts of the kind head get the summary: nights with a change, weekly, never"
    )
    mail_reply_to: str = Field("", description="Where answers to mails go; empty: to the sender")
    mail_budget_seconds: Duration = Field(300.0, gt=0, description="Longest time for all mail of a night together")
    mail_max_age_days: Duration = Field(
        5.0, gt=0, description="Mails that wait longer are given up; the operator is told"
    )
    keep_sent_days: int = Field(365, ge=1, description="How long copies of sent mails stay in HOME/outbox/sent")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line first, then the environment, then kaona.toml."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def reading(self) -> Options:
        """What the readers of files are asked for."""
        return Options(self.second_reader, self.ocr, self.file_timeout_seconds)

    @property
    def night_deadline_seconds(self) -> float | None:
        """None: a night may take any time."""
        return self.night_deadline_minutes * 60 or None

    @property
    def source_limits(self) -> Limits:
        """How much a source may ask of a night."""
        return Limits(
            file_bytes=self.max_file_mb * 1024 * 1024,
            archive_bytes=self.max_archive_mb * 1024 * 1024,
            attempts=self.source_attempts,
            wait_seconds=self.source_wait_seconds,
            stall_seconds=self.source_stall_seconds,
            file_seconds=self.source_file_seconds,
            source_seconds=self.source_seconds,
            connections=self.source_connections,
        )

    @cached_property
    def source_uris(self) -> tuple[str, ...]:
        """The sources to pull; HOME/inbox when none is set."""
        return tuple(self.sources) or (str(self.home / "inbox"),)

    def named_sources(self, called: str | None = None) -> list[tuple[str, str]]:
        """(name, URI) of each source: the name that its places begin with; a second one of a name is `name~2`.

        `called`: the name of all of them, in place of their own.
        """
        names: Counter[str] = Counter()
        named = []
        for uri in self.source_uris:
            own = called or source_name(uri)
            names[own] += 1
            named.append((own if names[own] == 1 else f"{own}~{names[own]}", uri))
        return named

    @property
    def archive(self) -> Path:
        """Bytes of every file ever delivered, by hash, and the list of each night."""
        return self.archive_at or self.home / "archive"

    @property
    def published_otherwise(self) -> list[str]:
        """What makes the same facts look otherwise when published: a change of it is something new."""
        personal = [] if self.publish_personal_data else ["no personal data"]
        return personal + ([] if self.exports == "all" else [f"exports: {self.exports}"])

    @property
    def outbox(self) -> Path:
        """Mails to be delivered."""
        return self.home / "outbox"

    @property
    def log(self) -> Path:
        """The log of all nights."""
        return self.home / "log"

    @property
    def published(self) -> Path:
        """The file analysts open."""
        return self.home / "published" / "kaona.duckdb"

    def register_files(self) -> list[Path]:
        """The files under `reference` from which the registers are built, by name; others there are left alone."""
        return [path for name in REGISTER_NAMES if (path := self.reference / name).is_file()]

    def registers(self) -> dict[str, str]:
        """Texts of these files, by name."""
        return {p.name: _register_text(p) for p in self.register_files()}


def _register_text(path: Path) -> str:
    """A register as text; Excel in Thai saves CSV as cp874. Raises ValueError naming the file when it is no text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return decode(path.read_bytes())[0]
    except ValueError as error:
        raise ValueError(f"data/reference/{path.name}: {error}; save the file as UTF-8") from error


def tonight() -> date:
    """The day in Bangkok; the night of a run is fixed once, at its start."""
    return datetime.now(BANGKOK).date()
