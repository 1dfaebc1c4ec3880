"""Types that several routes take their parameters in. What is not declared is refused, so a typing error shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from schemas.domain import CODE_PATTERN


class Question(BaseModel):
    """The parameters of an address."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Codes = Annotated[tuple[Code, ...], Field(max_length=100)]
Limit = Annotated[int, Field(ge=1, le=1000, description="Most rows in one answer")]


def _refuse_control(text: str) -> str:
    # PostgreSQL refuses NUL, terminals obey escapes, and a name with a line break forges a line of a log.
    if any(not (character.isprintable() or character in "\n\t") for character in text):
        raise ValueError("holds control characters")
    return text


def refuse_lines(text: str) -> str:
    """A text of one line; raises ValueError."""
    if not text.isprintable():
        raise ValueError("holds control characters or line breaks")
    return text


PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    AfterValidator(refuse_lines),
    Field(description="Who does it", examples=["王警官"]),
]
ActorName = Annotated[
    PersonName | None,
    Field(default=None, description="Who does it; of somebody who has logged in the account's name counts"),
]
SearchText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    AfterValidator(refuse_lines),
]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000),
    AfterValidator(_refuse_control),
    Field(description="Kept in the history"),
]


def check_days(first: date, last: date, longest: timedelta) -> None:
    """Raise ValueError unless the days go from the first to the last, and so far at most."""
    if not timedelta(0) <= last - first <= longest:
        raise ValueError(f"`to` must be the same day as `from` or up to {longest.days} days later")
