"""Causes told apart by their signs: each has a pattern of its own, and what nobody can see weighs nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.water.diagnosis import Cause, Extent, Fall, Flow, Jockey, Signs, Tank, describe, diagnose

SIGNS = st.builds(
    Signs,
    st.sampled_from(Extent),
    st.none() | st.sampled_from(Fall),
    st.none() | st.sampled_from(Tank),
    st.none() | st.sampled_from(Jockey),
    st.none() | st.sampled_from(Flow),
    *(st.booleans() for _ in range(4)),
)


@pytest.mark.parametrize(
    ("signs", "cause"),
    [
        (Signs(Extent.SOME, tank=Tank.ENOUGH), Cause.CLOSED_VALVE),
        (Signs(Extent.ALL, Fall.AS_USUAL, Tank.ENOUGH, Jockey.RUNS, Flow.NONE), Cause.CLOSED_VALVE),
        (Signs(Extent.ALL, Fall.FASTER, Tank.ENOUGH, Jockey.RUNS, Flow.SOME), Cause.LEAK),
        (Signs(Extent.ONE, tank=Tank.ENOUGH, one_cannot_be=True), Cause.DEAD_SENSOR),
        (Signs(Extent.NONE, one_stands_still=True), Cause.DEAD_SENSOR),
        (Signs(Extent.ALL, Fall.AS_USUAL, Tank.EMPTY, Jockey.RUNS, Flow.NONE), Cause.EMPTY_TANK),
        (Signs(Extent.ALL, Fall.AS_USUAL, Tank.ENOUGH, Jockey.RESTS, Flow.NONE), Cause.PUMP_FAULT),
        (Signs(Extent.ALL, Fall.FASTER, Tank.ENOUGH, pump_stays_away=True), Cause.PUMP_FAULT),
        (Signs(Extent.NONE, water_goes_astray=True), Cause.LEAK),
    ],
)
def test_each_cause_is_known_by_its_pattern(signs: Signs, cause: Cause) -> None:
    assert diagnose(signs)[0].cause is cause


@given(SIGNS)
def test_likelihoods_add_up_and_fall(signs: Signs) -> None:
    found = diagnose(signs)
    if signs.say_nothing:
        assert found == ()
        return
    assert {one.cause for one in found} == set(Cause)
    assert sum(one.likelihood for one in found) == pytest.approx(1.0)
    assert [one.likelihood for one in found] == sorted((one.likelihood for one in found), reverse=True)


def test_a_cause_is_said_in_both_languages_with_its_likelihood() -> None:
    first = describe(diagnose(Signs(Extent.ALL, Fall.FASTER, Tank.ENOUGH, Jockey.RUNS, Flow.SOME)))[0]
    assert first.text_en.startswith("likely cause: a leak (")
    assert first.text_zh.startswith("可能原因：管网漏水（")
    assert first.points > 50
