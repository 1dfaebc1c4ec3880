"""Who asks, and what they may see and do; put on each request before any route sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from api.problems import ProblemError
from schemas.accounts import Role

SCOPE_KEY = "fengsui.access"


@dataclass(frozen=True)
class Access:
    """Whoever asks. `buildings` and `codes` are None for all; `is_open` when there are no accounts at all."""

    name: str
    role: Role
    buildings: frozenset[int] | None = None
    codes: frozenset[str] | None = None
    is_open: bool = False

    def sees(self, building: str) -> bool:
        return self.codes is None or building in self.codes

    def name_actor(self, given: str | None) -> str:
        """Under whose name an act goes into the history: the account's; where there is none, the one given.

        Raises
        ------
        ProblemError
            Nobody is named (422).
        """
        if not self.is_open:
            return self.name
        if given is None:
            raise ProblemError(422, "no-name", "say in `by` who does it, or log in")
        return given


OPEN = Access("open", Role.ADMIN, is_open=True)


def access_of(scope: Scope) -> Access:
    """Whoever asks; a public address is asked by nobody in particular."""
    access = scope.get(SCOPE_KEY, OPEN)
    assert isinstance(access, Access)
    return access


async def _read_access(request: Request) -> Access:
    return access_of(request.scope)


AccessDep = Annotated[Access, Depends(_read_access)]
