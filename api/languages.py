"""The language of an answer, by ``Accept-Language`` (RFC 9110, 12.5.4). Chinese unless English is wanted more."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Header

_RANGE = re.compile(
    r"([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.ASCII
)
_MOST_RANGES = 20


class Language(StrEnum):
    """As ``Content-Language`` names it."""

    CHINESE = "zh-CN"
    ENGLISH = "en"

    @property
    def headers(self) -> dict[str, str]:
        """What an answer in this language carries, so that no cache gives it to somebody who reads another."""
        return {"Content-Language": self, "Vary": "Accept-Language"}


def choose_language(header: str | None) -> Language:
    """What is not understood is passed over: nobody goes without an answer for his browser's sake."""
    wanted = {"zh": 0.0, "en": 0.0}
    any_other = 0.0
    named = set()
    for part in (header or "").split(",")[:_MOST_RANGES]:
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            continue
        language, weight = found[1].lower(), float(found[2] or 1)
        if language == "*":
            any_other = max(any_other, weight)
        elif language in wanted:
            wanted[language] = max(wanted[language], weight)
            named.add(language)
    for language in wanted.keys() - named:
        wanted[language] = any_other
    return Language.ENGLISH if wanted["en"] > wanted["zh"] else Language.CHINESE


async def _read_language(accept_language: Annotated[str | None, Header()] = None) -> Language:
    return choose_language(accept_language)


LanguageDep = Annotated[Language, Depends(_read_language)]
