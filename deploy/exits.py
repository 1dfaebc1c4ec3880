"""Exit statuses that scripts can use, and the error that carries one."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """What ``fengsui`` ends with; documented in ``fengsui --help``."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOTHING_RUNS = 3
    PREREQUISITE = 4
    ALREADY_RUNNING = 5


class DeployError(Exception):
    """Something foreseeable stands in the way; the message is one sentence for the person at the terminal."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.FAILED


class PrerequisiteError(DeployError):
    """The machine lacks something; the message names it and the command that installs it."""

    exit_status = ExitStatus.PREREQUISITE
