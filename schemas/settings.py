"""The one settings object: built in entry points from environment and file, then handed down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting is missing or wrong; the message names the environment variable and what it takes."""


def _default_data_dir() -> Path:
    """System-wide for root, per user otherwise (XDG base directory specification)."""
    if os.geteuid() == 0:
        return Path("/var/lib/fengsui")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "fengsui"


def _default_cache_dir() -> Path:
    if os.geteuid() == 0:
        return Path("/var/cache/fengsui")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fengsui"


class Settings(BaseSettings):
    """Everything that can be set, each as ``FENGSUI_<NAME>`` in the environment or in ``fengsui.env``.

    The file is read from the working directory; the environment wins over it.
    """

    model_config = SettingsConfigDict(
        env_prefix="FENGSUI_", env_file="fengsui.env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    database_url: str | None = Field(
        default=None,
        description="A PostgreSQL with TimescaleDB to use instead of the embedded one, "
        "postgresql://user:password@host:port/database",
    )
    mqtt_url: str | None = Field(
        default=None,
        description="An MQTT 5 broker to use instead of the embedded one, mqtt://[user:password@]host:port",
    )
    topic_root: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64}){0,4}$")
    ] = Field(default="fengsui/v1", description="What every topic begins with")
    data_dir: Path = Field(
        default_factory=_default_data_dir, description="Where the embedded database, broker and logs live"
    )
    cache_dir: Path = Field(
        default_factory=_default_cache_dir, description="Where downloaded packages are kept"
    )
    http_host: str = Field(default="127.0.0.1", description="Address the API listens on")
    http_port: int = Field(
        default=8080, ge=1, le=65535, description="Port of the API; `up` takes a free one if taken"
    )

    rules_file: Path | None = Field(
        default=None,
        description="Parameters of the rules that differ from what is built in, TOML; read again when it changes",
    )
    share: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = Field(
        default="ingest-1",
        description="The share that a worker works: its MQTT client id, its spool, its counters' label. "
        "The ingest process sets it for each share it holds",
    )
    ingest_processes: int = Field(
        default=1, ge=1, le=64, description="How many ingest processes `up` starts; see `fengsui shares`"
    )
    receive_maximum: int = Field(
        default=1000,
        ge=1,
        le=65535,
        description="Most messages the broker may send ahead of their acknowledgement (MQTT 5 receive-maximum)",
    )
    batch_max_messages: int = Field(
        default=500,
        ge=1,
        le=65535,
        description="Most messages in one batch; about half of receive_maximum, so that one batch is judged "
        "while the one before is stored",
    )
    batch_max_age_ms: int = Field(
        default=20, ge=1, le=1000, description="Longest a message waits for company, in milliseconds"
    )
    session_expiry_seconds: int = Field(
        default=7 * 86_400, ge=60, description="How long the broker keeps messages for an absent worker"
    )
    spool_max_bytes: int = Field(
        default=2**30,
        ge=2**20,
        description="Most that is kept on the worker's disk while the database is away",
    )
    clock_ahead_max_seconds: float = Field(
        default=120.0, gt=0, description="A reading further in the future than this is quarantined"
    )
    reading_age_max_days: float = Field(
        default=30.0, gt=0, description="A reading older than this is quarantined"
    )

    remind_seconds: float = Field(
        default=30.0,
        ge=0,
        description="When the desk is told again of a fire that nobody has acknowledged; 0 for never",
    )
    supervisor_seconds: float = Field(
        default=60.0, ge=0, description="When such a fire is passed on to the supervisor; 0 for never"
    )
    second_contact_seconds: float = Field(
        default=90.0, ge=0, description="When such a fire is passed on to the second contact; 0 for never"
    )

    webhook_hosts: str = Field(
        default="",
        description="Hosts that changes of alerts may be sent to, with commas between them; nobody by default",
    )
    webhook_loopback: bool = Field(
        default=False, description="Whether one of these hosts may be this machine itself"
    )

    @property
    def spool_path(self) -> Path:
        """Where this worker keeps what comes while the database is away."""
        return self.data_dir / "spool" / f"{self.share}.sqlite"

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("postgresql", "postgres"):
            raise ValueError(
                "must begin with postgresql://, e.g. postgresql://user:password@host:5432/fengsui"
            )
        return url

    @field_validator("mqtt_url")
    @classmethod
    def _check_mqtt_url(cls, url: str | None) -> str | None:
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
                raise ValueError(
                    "must begin with mqtt:// or mqtts:// and name a host, e.g. mqtt://127.0.0.1:1883"
                )
        return url


def load_settings(**overrides: object) -> Settings:
    """Build the settings from environment and ``fengsui.env``.

    Raises
    ------
    SettingsError
        A value is refused; the message names the variable and the reason.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        complaints = "; ".join(
            f"FENGSUI_{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        )
        raise SettingsError(complaints) from error
