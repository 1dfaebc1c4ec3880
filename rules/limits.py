"""On which side of its limit a condition clears: told by the names of a rule's parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

# A rule with several levels names them alike: red_limit is cleared by red_clears_below.
CLEARS_BELOW, CLEARS_FROM, CLEARS_ABOVE, LIMIT = "clears_below", "clears_from", "clears_above", "limit"


def find_sides(names: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    """Pairs of a parameter that clears and its limit, and whether it must lie at or below it."""
    known = set(names)
    for name in sorted(known):
        for suffix in (CLEARS_BELOW, CLEARS_FROM, CLEARS_ABOVE):
            if name.endswith(suffix):
                limit = name.removesuffix(suffix) + LIMIT
                if limit in known:
                    yield name, limit, suffix == CLEARS_BELOW


def find_wrong_sides(values: Mapping[str, float]) -> Iterator[str]:
    """Say of the values of one rule's parameters which clears on the wrong side of its limit."""
    for clears, limit, below in find_sides(values):
        if values[clears] > values[limit] if below else values[clears] < values[limit]:
            must = "at or below" if below else "at or above"
            yield f"{clears} = {values[clears]:g}, but must be {must} its {limit}, {values[limit]:g}"
