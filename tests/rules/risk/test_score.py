"""Laws of the score: it grows with each cause, is what its parts add up to, and never leaves [0, 100]."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.risk.areas import judge_areas
from rules.risk.facts import Facts
from rules.risk.score import MOST, choose_colours, judge_risk, weigh_changes
from schemas.domain import BUILDING_CLASSES, BUILDING_USES
from schemas.risk import RiskChange, RiskPart

CAUSES = ("height_m", "fires", "warnings", "water", "silent", "faults", "disabled", "hazards", "overdue", "past_fires",
          "past_warnings")  # fmt: skip
amounts = st.floats(0.0, 500.0)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """One building at an hour."""
    columns = {name: np.array([draw(amounts)]) for name in CAUSES}
    columns["devices"] = np.array([float(draw(st.integers(0, 200)))])
    return Facts(
        building_class=np.array([draw(st.integers(0, len(BUILDING_CLASSES) - 1))], np.int8),
        use=np.array([draw(st.integers(0, len(BUILDING_USES) - 1))], np.int8),
        high_risk=np.array([draw(st.booleans())]),
        hour=draw(st.integers(0, 23)),
        **columns,
    )


@given(facts())
def test_parts_add_up_to_a_score_between_nought_and_a_hundred(known: Facts) -> None:
    risk = judge_risk(known)
    assert (risk.parts >= 0).all()
    assert (risk.parts <= np.array([MOST[part] for part in RiskPart]) + 1e-9).all()
    assert risk.score == pytest.approx(risk.parts.sum(axis=1))
    assert 0 <= risk.score[0] <= 100


@given(facts(), st.sampled_from(CAUSES), amounts)
def test_more_of_any_cause_never_lowers_any_part(known: Facts, cause: str, more: float) -> None:
    worse = replace(known, **{cause: getattr(known, cause) + more})
    assert (judge_risk(worse).parts >= judge_risk(known).parts - 1e-9).all()
    assert judge_risk(worse).score >= judge_risk(known).score - 1e-9


@given(facts())
def test_a_building_named_a_high_risk_is_none_less(known: Facts) -> None:
    named = replace(known, high_risk=np.array([True]))
    assert judge_risk(named).score >= judge_risk(known).score


@given(facts())
def test_no_change_makes_it_worse_and_each_says_what_it_saves(known: Facts) -> None:
    score, reliefs = judge_risk(known).score, weigh_changes(known)
    assert (reliefs >= -1e-9).all()
    for place, change in enumerate(RiskChange):
        assert score - reliefs[:, place] == pytest.approx(judge_risk(known.after(change)).score)


def test_the_shares_of_the_parts_make_a_hundred() -> None:
    assert set(MOST) == set(RiskPart)
    assert sum(MOST.values()) == 100


@given(st.lists(st.floats(0, 100), min_size=2, max_size=50))
def test_colours_are_graver_where_scores_are_higher(scores: list[float]) -> None:
    colours = choose_colours(np.sort(np.array(scores)))
    assert (np.diff(colours) <= 0).all()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60), st.data())
def test_an_area_is_none_better_for_a_building_that_is_worse(
    scores: list[float], data: st.DataObject
) -> None:
    areas = [1 + place % 3 for place in range(len(scores))]
    parents: dict[int, int | None] = {1: 9, 2: 9, 3: None, 9: None}
    worse = np.array(scores)
    worse[data.draw(st.integers(0, len(scores) - 1))] = 100.0
    before = {area.area_id: area for area in judge_areas(np.array(scores), areas, parents)}
    for area in judge_areas(worse, areas, parents):
        assert area.score >= before[area.area_id].score - 1e-9
        assert area.buildings == before[area.area_id].buildings
