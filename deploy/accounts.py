"""The unprivileged account that the database and the broker run as when we are root."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.exits import DeployError, PrerequisiteError

SERVICE_ACCOUNT = "fengsui"
_FALLBACK_ACCOUNT = "nobody"


class UnreachableFolderError(DeployError):
    """A folder the service account needs lies under one that it may not enter."""


@dataclass(frozen=True)
class Account:
    """An entry of the system's password database."""

    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """Return the account to run servers as, or None when the caller's own will do.

    PostgreSQL refuses to run as root, so root gets the system account ``fengsui`` (made on first use).

    Raises
    ------
    PrerequisiteError
        The caller's user id has no name, or root has no account to change to: no server can be started.
    """
    if os.geteuid() != 0:
        _require_own_name()
        return None
    account = _look_up(SERVICE_ACCOUNT) or _create() or _look_up(_FALLBACK_ACCOUNT)
    if account is None:
        raise PrerequisiteError(
            f"PostgreSQL refuses to run as root and the account {SERVICE_ACCOUNT} is missing; "
            f"make it with: useradd --system --no-create-home --shell /usr/sbin/nologin {SERVICE_ACCOUNT}"
        )
    return account


def _require_own_name() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise PrerequisiteError(
            f"user id {os.geteuid()} has no name on this machine and PostgreSQL refuses that; "
            f"make one with: useradd --uid {os.geteuid()} {SERVICE_ACCOUNT}"
        ) from None


def _look_up(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)


def _create() -> Account | None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_ACCOUNT]
    try:
        subprocess.run(command, check=False, capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    # Looked up instead of trusting the status: another process may have made it at the same moment.
    return _look_up(SERVICE_ACCOUNT)


def make_folder(path: Path, account: Account | None, mode: int = 0o700) -> Path:
    """Make a folder that belongs to `account` and see to it that the account can get there.

    Raises
    ------
    UnreachableFolderError
        The folder cannot be made, or a folder above it keeps the account out.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        give(path, account)
        path.chmod(mode)
    except OSError as error:
        raise UnreachableFolderError(
            f"cannot make the folder {path} ({error.strerror}); FENGSUI_DATA_DIR gives another"
        ) from error
    require_reachable(path, account, "FENGSUI_DATA_DIR")
    return path


def give(path: Path, account: Account | None) -> None:
    """Make `account` the owner of `path`; nothing changes when it is the caller."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def require_reachable(path: Path, account: Account | None, variable: str) -> None:
    """Check that `account` may enter every folder on the way to `path`.

    Raises
    ------
    UnreachableFolderError
        It may not; the message names the folder and the environment variable that gives another place.
    """
    if account is None:
        return
    for folder in reversed(path.resolve().parents):
        if not _may_enter(folder, account):
            raise UnreachableFolderError(
                f"the account {account.name} may not enter {folder} and so cannot use {path}; "
                f"choose another folder with {variable}, or: chmod o+x {folder}"
            )


def _may_enter(folder: Path, account: Account) -> bool:
    entry = folder.stat()
    if entry.st_uid == account.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == account.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)
