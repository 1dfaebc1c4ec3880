"""The words of rules: said in both languages, and the same figures in both."""

from __future__ import annotations

import re

import pytest

from rules.catalogue import CATALOGUE, SLOW_RULES
from rules.rule import Rule

RULES = {rule.id: rule for rule in (*CATALOGUE, *SLOW_RULES)}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIGURE = re.compile(r"\d+(?:\.\d+)*")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_where_its_limits_come_from_with_the_same_figures_in_both_languages(rule: Rule) -> None:
    assert CHINESE.search(rule.source_zh)
    assert not CHINESE.search(rule.source_en)
    assert sorted(FIGURE.findall(rule.source_zh)) == sorted(FIGURE.findall(rule.source_en))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_title_and_advice_are_chinese_in_the_one_and_not_in_the_other(rule: Rule) -> None:
    assert (bool(CHINESE.search(rule.title_zh)), bool(CHINESE.search(rule.advice_zh))) == (True, True)
    assert not CHINESE.search(rule.title_en + rule.advice_en)
