"""The city's file of parameters, read again whenever it changes.

It is looked at on a thread of its own: a file that names every sensor takes seconds to read, and no reading waits.
A file that is not valid changes nothing: the parameters in force stay, and what is wrong is told once and shown.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from rules.parameter_file import ParameterFileError, read_parameters
from rules.parameters import Parameters
from rules.rule import Rule

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class RulesState:
    """What the sign of life tells: a version of parameters, and what is wrong with their file, else empty."""

    version: str = ""
    error: str = ""


class RulesFile:
    """The newest valid parameters of a file; what is built in where there is no file, or none that was ever valid."""

    def __init__(self, path: Path | None, catalogue: tuple[Rule, ...]) -> None:
        self._path = path
        self._catalogue = catalogue
        self._seen: bytes | None = None
        built_in = Parameters.built_in(catalogue)
        # Put in by one thread, taken out by another; of several only the newest is worth taking.
        self._fresh = deque([built_in], maxlen=1)
        self.state = RulesState(built_in.version)
        self.look()

    def watch(self, stopping: threading.Event) -> None:
        """Look about once a second until told to stop."""
        if self._path is not None:
            threading.Thread(
                target=self._keep_looking, args=(stopping,), name="rules file", daemon=True
            ).start()

    def take(self) -> Parameters | None:
        """Parameters that have not been taken yet; None while there are no others."""
        return self._fresh.pop() if self._fresh else None

    def _keep_looking(self, stopping: threading.Event) -> None:
        while not stopping.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Read the file if it holds something else than when it was looked at last."""
        if self._path is None:
            return
        try:
            content = self._path.read_bytes()
        except OSError as error:
            # An editor may have taken it away for a moment; its absence is no wish to go back to what is built in.
            self._refuse(f"{self._path}: cannot be read: {error}")
            self._seen = None
            return
        if content != self._seen:
            self._seen = content
            self._read(self._path, content)

    def _read(self, path: Path, content: bytes) -> None:
        try:
            parameters = read_parameters(content.decode(), str(path), self._catalogue)
        except (ParameterFileError, UnicodeDecodeError) as error:
            self._refuse(f"{path}: {error}" if isinstance(error, UnicodeDecodeError) else str(error))
            return
        if parameters.version != self.state.version:
            log.info("parameters %s of %s", parameters.version, path)
            self._fresh.append(parameters)
        self.state = RulesState(parameters.version)

    def _refuse(self, problem: str) -> None:
        if problem != self.state.error:
            log.error("parameters %s stay in force: %s", self.state.version, problem)
            self.state = RulesState(self.state.version, problem)
