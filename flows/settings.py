"""Settings: environment variables with the prefix KAONA_, or kaona.toml; every one has a working default."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from extract.encodings import decode
from extract.options import Options
from transform.source_nights import DEFAULT_LOSS_LIMIT

CHECKOUT = Path(__file__).resolve().parents[1]
BANGKOK = ZoneInfo("Asia/Bangkok")


class Settings(BaseSettings):
    """What an operator may change. `kaona.toml` is read from the working folder."""

    model_config = SettingsConfigDict(env_prefix="KAONA_", toml_file="kaona.toml", extra="forbid")

    home: Path = Field(CHECKOUT / "data", description="Folder of inbox, archive, work, published, outbox and prefect")
    sources: list[str] = Field(default_factory=list, description="fsspec URIs of the exports; empty: HOME/inbox")
    reference: Path = Field(
        CHECKOUT / "data" / "reference", description="Folder of the registers, contacts and corrections"
    )

    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=0,
        description="Processes that read PDFs, and decide the projects of a large night; 0: none",
    )
    file_timeout_seconds: float = Field(60.0, gt=0, description="Longest time one file may take to read")
    worker_memory_mb: int = Field(1024, ge=256, description="Most memory one reading process may use")
    second_reader: bool = Field(
        False, description="Let PDFium read each PDF too and name what it reads differently (needs kaona[pdfium])"
    )
    ocr: bool = Field(
        True, description="Read pages that are pictures, where kaona[ocr] and Tesseract with Thai are installed"
    )
    max_file_mb: int = Field(100, ge=1, description="Larger files are rejected unopened")
    loss_limit: Decimal = Field(
        DEFAULT_LOSS_LIMIT,
        ge=0,
        le=1,
        description="Part of its files a source may not lose at once; 1: any loss is right",
    )
    memory_limit: str = Field("2GB", description="Most memory DuckDB may use")

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

    use_prefect: bool = Field(True, description="Run as a Prefect flow (embedded server unless one is configured)")
    cron: str = Field("0 2 * * *", description="When `kaona serve` runs the night, Asia/Bangkok")

    mail_from: str = Field("kaona <kaona@kaona.invalid>", description="Sender of the mails")
    operator: str = Field("operator@kaona.invalid", description="Who is told when a night fails")
    smtp_host: str | None = Field(None, description="Mail server; without one mails stay in HOME/outbox as .eml")
    smtp_port: int = Field(587, description="Port of the mail server")
    smtp_security: str = Field(
        "starttls",
        pattern="^(starttls|tls|none)$",
        description="starttls, tls or none; a password goes over an open line only where none is set",
    )
    smtp_ca_file: Path | None = Field(None, description="Certificates to trust instead of the system's, as PEM")
    smtp_user: str | None = Field(None, description="User at the mail server")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server")
    smtp_timeout_seconds: float = Field(
        30.0, gt=0, description="Longest wait for an answer of the mail server; one mail may take twice as long"
    )
    reminder_days: int = Field(
        7, ge=0, description="Days after which open findings are told once more though nothing changed; 0: never"
    )
    summary_mail: Literal["nightly", "weekly", "never"] = Field(
        "nightly", description="When contacts of the kind head get the summary: nights with a change, weekly, never"
    )
    mail_reply_to: str = Field("", description="Where answers to mails go; empty: to the sender")
    mail_budget_seconds: float = Field(300.0, gt=0, description="Longest time for all mail of a night together")
    mail_max_age_days: float = Field(5.0, gt=0, description="Mails that wait longer are given up; the operator is told")
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

    @cached_property
    def source_uris(self) -> tuple[str, ...]:
        """The sources to pull; HOME/inbox when none is set."""
        return tuple(self.sources) or (str(self.home / "inbox"),)

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
    def published(self) -> Path:
        """The file analysts open."""
        return self.home / "published" / "kaona.duckdb"

    def registers(self) -> dict[str, str]:
        """Texts of the files under `reference`, by name; the registers are built from them."""
        files = sorted(p for p in self.reference.glob("*.?sv") if p.is_file()) if self.reference.is_dir() else []
        return {p.name: _register_text(p) for p in files}


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
