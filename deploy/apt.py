"""Debian stable's packages, downloaded and verified by apt without touching the system.

apt gets folders of its own for its lists, its downloads and its idea of what is installed (nothing), so
it neither needs root nor changes anything of the machine's. From the machine it keeps what concerns the
network: proxies, certificates, time limits, credentials.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.exits import PrerequisiteError
from deploy.sources import Archives, debian_archives, read_sources

SUITE = "trixie"
_KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
_INSTEAD = "or point FENGSUI_DATABASE_URL and FENGSUI_MQTT_URL at a TimescaleDB and an MQTT 5 broker you have"


class PackagesUnavailableError(PrerequisiteError):
    """The packages cannot be had; the message says what stands in the way and what to do instead."""


@dataclass(frozen=True)
class PrivateApt:
    """apt with folders of its own under `folder`."""

    folder: Path

    @property
    def downloads(self) -> Path:
        """Where the verified ``.deb`` files lie."""
        return self.folder / "downloads"

    def download(self, packages: tuple[str, ...], needed: re.Pattern[str]) -> list[Path]:
        """Download `packages` and what they need; what is there and whole is not fetched again.

        Parameters
        ----------
        needed
            Which names are downloaded, of `packages` and of all that apt says they depend on.

        Returns
        -------
        list of Path
            The ``.deb`` files, each checked by apt against Debian's signed index just now.

        Raises
        ------
        PackagesUnavailableError
            No apt, no Debian archive, no network, or a signature that does not hold.
        """
        names = self._resolve(packages, needed)
        self._run("apt-get", "download", "--quiet", *names, directory=self.downloads)
        return [self._newest(name) for name in names]

    def _resolve(self, packages: tuple[str, ...], needed: re.Pattern[str]) -> list[str]:
        archives = _require_archives()
        complaint = ""
        for main in archives.main:
            self._configure(main, archives.security)
            complaint = self._update()
            plan = self._try("apt-get", "install", "--simulate", *packages)
            if plan.returncode == 0:
                names = re.findall(r"^Inst (\S+)", plan.stdout, re.MULTILINE)
                return [name for name in names if needed.match(name)]
            complaint = complaint or _last_line(plan.stderr)
        raise PackagesUnavailableError(
            f"Debian {SUITE} could not be read from this machine's archive ({complaint}); "
            f"check the network and the apt sources, {_INSTEAD}"
        )

    def _configure(self, main: str, security: tuple[str, ...]) -> None:
        keyring = _require_keyring()
        for part in ("lists/partial", "downloads/partial", "log"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        lines = [f"deb [signed-by={keyring}] {main} {suite} main" for suite in (SUITE, f"{SUITE}-updates")]
        lines += [f"deb [signed-by={keyring}] {uri} {SUITE}-security main" for uri in security]
        (self.folder / "sources.list").write_text("\n".join(lines) + "\n")
        (self.folder / "apt.conf").write_text(_configuration(self.folder))

    def _update(self) -> str:
        """Refresh the lists; return apt's complaint, if any: old lists still serve without a network."""
        result = self._try("apt-get", "update", "--quiet")
        complaints = [line for line in result.stderr.splitlines() if line.startswith(("E:", "W:"))]
        return complaints[0] if complaints else ""

    def _newest(self, name: str) -> Path:
        files = sorted(self.downloads.glob(f"{name}_*.deb"), key=lambda file: file.stat().st_mtime)
        if not files:
            raise PackagesUnavailableError(f"apt did not deliver the package {name}; {_INSTEAD}")
        return files[-1]

    def _run(self, *command: str, directory: Path) -> None:
        result = self._try(*command, directory=directory)
        if result.returncode != 0:
            raise PackagesUnavailableError(
                f"the packages could not be downloaded ({_last_line(result.stderr)}); "
                f"check the network, {_INSTEAD}"
            )

    def _try(self, *command: str, directory: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=directory or self.folder,
        )


def _require_archives() -> Archives:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise PackagesUnavailableError(
            "this machine has no apt, so PostgreSQL and Mosquitto cannot be fetched; "
            f"use Debian 12 or 13, {_INSTEAD}"
        )
    folder = _apt_setting("Dir", "/") / _apt_setting("Dir::Etc", "etc/apt")
    sources = read_sources(
        folder / _apt_setting("Dir::Etc::sourcelist", "sources.list"),
        folder / _apt_setting("Dir::Etc::sourceparts", "sources.list.d"),
    )
    archives = debian_archives(sources)
    if not archives.main:
        raise PackagesUnavailableError(
            f"the apt sources of this machine name no Debian archive; use Debian 12 or 13, {_INSTEAD}"
        )
    return archives


def _apt_setting(name: str, default: str) -> Path:
    match = re.search(rf'^{re.escape(name)} "(.*)";$', _dumped_configuration(), re.MULTILINE)
    return Path(match[1] if match and match[1] else default)


def _dumped_configuration() -> str:
    return subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True).stdout


def _require_keyring() -> Path:
    for keyring in _KEYRINGS:
        if keyring.is_file():
            return keyring
    raise PackagesUnavailableError(
        f"Debian's keys are missing, without which nothing downloaded can be trusted: "
        f"apt install debian-archive-keyring, {_INSTEAD}"
    )


def _configuration(folder: Path) -> str:
    """Write apt's configuration: the machine's network settings, our folders, and none of its hooks."""
    network = [line for line in _dumped_configuration().splitlines() if line.startswith("Acquire::")]
    own = {
        "Dir::Etc::main": "/dev/null",
        "Dir::Etc::parts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": folder,
        "Dir::State::lists": "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder,
        "Dir::Cache::archives": "downloads",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "Dir::Log": folder / "log",
        "APT::Install-Recommends": "false",
    }
    return "\n".join([*network, *(f'{name} "{value}";' for name, value in own.items())]) + "\n"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E:")]
    return (errors or lines or ["no reason given"])[-1]
