"""The judges that most rules share: a value at or beyond a limit, until it is back within another."""

from __future__ import annotations

from collections.abc import Callable

from rules.rule import Judgement
from rules.view import View


def at_least(limit: str = "limit", clears_below: str = "clears_below") -> Callable[[View], Judgement]:
    """Holds from the parameter `limit` up; speaks for the end below `clears_below`."""

    def judge(view: View) -> Judgement:
        values = view.values
        return Judgement(values >= view.parameter(limit), values < view.parameter(clears_below), values)

    return judge


def at_most(limit: str = "limit", clears_from: str = "clears_from") -> Callable[[View], Judgement]:
    """Holds from the parameter `limit` down; speaks for the end from `clears_from` up."""

    def judge(view: View) -> Judgement:
        values = view.values
        return Judgement(values <= view.parameter(limit), values >= view.parameter(clears_from), values)

    return judge


def at_least_until_lower(limit: str = "limit", falls_by: str = "falls_by") -> Callable[[View], Judgement]:
    """Holds from the parameter `limit` up; speaks for the end once the value is `falls_by` below it."""

    def judge(view: View) -> Judgement:
        values, least = view.values, view.parameter(limit)
        return Judgement(values >= least, values < least - view.parameter(falls_by), values)

    return judge
