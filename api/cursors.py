"""Keyset cursors: the key of the last row of a page, tied to the question that the page answers."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from api.problems import ProblemError

MAX_BIGINT = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=MAX_BIGINT)]
CursorText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,512}$")]


class Key(BaseModel):
    """Where a page ended; subclasses name the columns that rows are ordered by."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    question: str = ""


AnyKey = TypeVar("AnyKey", bound=Key)


def digest_question(*parts: object) -> str:
    """A short name of a question, the same whenever the same is asked."""
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:12]


def encode_cursor(key: Key) -> str:
    """Text that fits in an address."""
    return base64.urlsafe_b64encode(key.model_dump_json().encode()).decode().rstrip("=")


def decode_cursor(text: str, shape: type[AnyKey], question: str) -> AnyKey:
    """The key in a cursor.

    Raises
    ------
    ProblemError
        It was made up, cut short, or belongs to another question.
    """
    try:
        key = shape.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValidationError, binascii.Error, ValueError) as error:
        raise ProblemError(400, "bad-cursor", "this cursor was not made by this service") from error
    if key.question != question:
        raise ProblemError(400, "foreign-cursor", "this cursor belongs to a list with other filters")
    return key
