"""Gas and CO at their limits: the colour, the second of the raise, and a hair less."""

from __future__ import annotations

import pytest

from rules.changes import Change
from rules.engine import Engine
from schemas.columns import MICROSECONDS, Batch
from schemas.domain import Quality, Quantity, Severity
from tests.rules.conftest import START
from tests.rules.estate import CHANNELS, make_estate
from tests.rules.streams import make_stream

CO, GAS = Quantity.CO, Quantity.GAS
YELLOW, ORANGE, RED = Severity.YELLOW, Severity.ORANGE, Severity.RED


def hold(quantity: Quantity, quiet: float, value: float, seconds: int) -> list[Change]:
    """A quarter of an hour of quiet, then a value for so long, a sample each ten seconds."""
    slot = next(slot for slot, (_, its) in enumerate(CHANNELS) if its is quantity)
    engine = Engine()
    engine.adopt(make_estate())
    rows = [
        (slot, float(s), float(s), quiet if s < 0 else value, Quality.GOOD)
        for s in range(-900, seconds + 1, 10)
    ]
    stream = make_stream(rows)
    return engine.evaluate(Batch(stream), int(stream["received_at"][-1]))


@pytest.mark.parametrize(
    ("rule", "quantity", "quiet", "value", "less", "after", "colour"),
    [
        ("gas_leak", GAS, 0.0, 10.0, 9.999, 10, ORANGE),
        ("gas_leak", GAS, 0.0, 25.0, 24.999, 10, RED),
        ("co_fire_prealarm", CO, 21.0, 40.0, 39.999, 60, YELLOW),
        ("co_fire_prealarm", CO, 2.0, 22.0, 21.999, 60, YELLOW),
        ("co_fire_prealarm", CO, -5.0, 20.0, 19.999, 60, YELLOW),
        ("co_toxic", CO, 2.0, 50.0, 49.999, 3600, ORANGE),
        ("co_toxic", CO, 2.0, 100.0, 99.999, 600, ORANGE),
        ("co_toxic", CO, 2.0, 300.0, 299.999, 60, RED),
    ],
)
def test_a_limit_held_for_its_time_raises_in_its_colour_and_a_hair_less_does_not(
    rule: str, quantity: Quantity, quiet: float, value: float, less: float, after: int, colour: Severity
) -> None:
    def told(level: float) -> list[tuple[float, Severity]]:
        found = hold(quantity, quiet, level, after)
        return [((c.at - START) / MICROSECONDS, c.severity) for c in found if c.rule.id == rule]

    assert told(value) == [(after, colour)]
    assert (after, colour) not in told(less)


@pytest.mark.parametrize(
    ("rule", "quantity", "value", "after"),
    [("gas_leak", GAS, 10.0, 10), ("co_toxic", CO, 300.0, 60), ("co_fire_prealarm", CO, 50.0, 60)],
)
def test_a_sample_less_raises_nothing(rule: str, quantity: Quantity, value: float, after: int) -> None:
    assert [c for c in hold(quantity, 0.0, value, after - 10) if c.rule.id == rule] == []
