"""Which conditions are hazards: those named, and what slow rules say of themselves."""

from __future__ import annotations

from dataclasses import replace

from rules.catalogue import SLOW_RULES
from rules.hazards.sources import KNOWN_SOURCES, list_sources
from rules.slow.detector_drifting import DETECTOR_DRIFTING
from schemas.hazards import TERMS, HazardKind


def test_a_slow_rule_says_a_kind_or_words_for_whoever_mends_it() -> None:
    plain = replace(DETECTOR_DRIFTING, id="a", hazard="dirty_detector")
    named = replace(DETECTOR_DRIFTING, id="residual_current_creep", hazard="绝缘劣化 · failing insulation")
    other = replace(DETECTOR_DRIFTING, id="b", hazard="看一看 · have a look")
    silent = replace(DETECTOR_DRIFTING, id="c", hazard=None)
    found = {
        source.rule_id: (source.kind, source.note) for source in list_sources([plain, named, other, silent])
    }
    assert found["a"] == (HazardKind.DIRTY_DETECTOR, None)
    assert found["residual_current_creep"] == (
        HazardKind.CREEPING_RESIDUAL_CURRENT,
        "绝缘劣化 · failing insulation",
    )
    assert found["b"] == (HazardKind.OTHER, "看一看 · have a look")
    assert "c" not in found


def test_every_rule_is_a_source_once_and_every_kind_has_its_terms() -> None:
    sources = list_sources(SLOW_RULES)
    assert len({source.rule_id for source in sources}) == len(sources) >= len(KNOWN_SOURCES)
    assert set(TERMS) == set(HazardKind)
