"""The catalogue of rules as it is shown: entries for scripts, a table for people, a page for the documents."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from rules.catalogue import CATALOGUE, DECLARATION_RULES
from rules.confirmation import GroupRule
from rules.electrical.circuit_rule import CircuitRule
from rules.overrides import Override
from rules.parameters import InForce, Parameters
from rules.rule import Parameter, ReadingRule, Rule, Standard
from rules.slow.slow_rule import SlowRule
from rules.water.water_rule import WaterRule
from rules.zone_watch import ZoneRule
from schemas.domain import Severity, SignalClass

DESIGN_VALUE = "design value"


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class ParameterEntry(Shown):
    """One parameter; `source` is a standard with clause and edition, or says that it is a design value."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    source: str
    valid_from: str | None


class ClassEntry(Shown):
    """What is built in for one class of detectors or buildings."""

    selector: str
    place: str
    parameter: str
    value: float
    source: str


class RuleEntry(Shown):
    """One rule; `severities` go from the mildest colour it takes to the gravest."""

    id: str
    kinds: str
    signal_class: SignalClass
    severities: list[str]
    latching: bool
    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str
    source_zh: str
    source_en: str
    parameters: list[ParameterEntry]
    by_class: list[ClassEntry]


def list_rules(catalogue: Iterable[Rule] = CATALOGUE) -> list[RuleEntry]:
    """Every rule of a catalogue."""
    rules = tuple(catalogue)
    built_in = Parameters.built_in(rules).overrides
    return [
        RuleEntry(
            id=rule.id,
            kinds=find_kinds(rule),
            signal_class=rule.signal_class,
            severities=[severity.name.lower() for severity in find_severities(rule)],
            latching=rule.latching,
            title_zh=rule.title_zh,
            title_en=rule.title_en,
            advice_zh=rule.advice_zh,
            advice_en=rule.advice_en,
            source_zh=rule.source_zh,
            source_en=rule.source_en,
            parameters=[_show_parameter(parameter) for parameter in rule.parameters],
            by_class=[_show_override(override) for override in built_in if override.rule_id == rule.id],
        )
        for rule in rules
    ]


def find_kinds(rule: Rule) -> str:
    """What a rule looks at."""
    if isinstance(rule, ReadingRule):
        return rule.quantity.value
    if isinstance(rule, SlowRule):
        return f"{rule.quantity.value} over {rule.n_buckets * rule.bucket_seconds / 86_400:g} days"
    if isinstance(rule, CircuitRule):
        return f"circuit: {rule.quantity.value}"
    if isinstance(rule, WaterRule):
        return "water system"
    if isinstance(rule, ZoneRule):
        return "zone: smoke, temperature, co"
    if isinstance(rule, GroupRule):
        return "fires of a building" if rule.of_building else "fires of a zone"
    declared = [kind.value for kind, taken in DECLARATION_RULES.items() if taken is rule]
    return f"declared: {', '.join(declared)}" if declared else "device"


def find_severities(rule: Rule) -> list[Severity]:
    """The colours a rule takes, the mildest first."""
    levels = {level.severity for level in rule.levels} if isinstance(rule, ReadingRule) else set()
    if isinstance(rule, WaterRule) and rule.gravest is not None:
        levels = {rule.severity, rule.gravest}
    return sorted(levels or {rule.severity}, reverse=True)


def cite(standard: Standard | None) -> str:
    """A standard with clause and edition; a design value has none."""
    return f"{standard.name}-{standard.edition} {standard.clause}".rstrip() if standard else DESIGN_VALUE


def format_value(value: float, unit: str) -> str:
    return f"{value:g} {unit}".rstrip()


def describe_entry(entry: RuleEntry) -> list[str]:
    """One rule in a few lines of text."""
    latches = "latches" if entry.latching else "ends by itself"
    standing = f"{entry.kinds} · {entry.signal_class} · {' → '.join(entry.severities)} · {latches}"
    limits = [
        f"{one.name} {format_value(one.default, one.unit)}"
        + ("" if one.source == DESIGN_VALUE else f" ({one.source})")
        for one in entry.parameters
    ]
    classes = [f"{one.place} {one.parameter} {one.value:g}" for one in entry.by_class]
    lines = [f"{entry.id}  {entry.title_zh} · {entry.title_en}", standing, entry.source_zh, entry.source_en]
    lines += [", ".join(limits)] if limits else []
    lines += [f"by class: {', '.join(classes)}"] if classes else []
    return lines[:1] + [f"    {line}" for line in lines[1:]]


def describe_rule(rule: Rule) -> list[str]:
    """What a rule means and what to do, in both languages."""
    latches = "latches" if rule.latching else "ends by itself"
    colours = " → ".join(severity.name.lower() for severity in find_severities(rule))
    return [
        f"{rule.id}: {rule.title_zh} · {rule.title_en}",
        f"{find_kinds(rule)} · {rule.signal_class} · {colours} · {latches}",
        f"处置 {rule.advice_zh}",
        f"To do: {rule.advice_en}",
        f"依据 {rule.source_zh}",
        f"Source: {rule.source_en}",
    ]


def describe_value(found: InForce) -> str:
    """A value in force and where it comes from."""
    override, parameter = found.override, found.parameter
    if override is None:
        origin = f"default, {cite(parameter.standard)}"
    else:
        place = f" for {override.selector} {override.place}" if override.place else ""
        standard = cite(override.standard) if override.standard else ""
        said = [override.where, standard, override.note]
        origin = f"{override.origin}{place}: {', '.join(part for part in said if part)}"
    return f"{parameter.name} = {format_value(found.value, parameter.unit)}  ({origin})"


def make_markdown(entries: list[RuleEntry]) -> str:
    """The table of rules and that of their parameters."""
    lines = [
        "| rule | | looks at | class | colour | latches |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{entry.id}` | {entry.title_zh} {entry.title_en} | {entry.kinds} | {entry.signal_class} | "
        f"{' → '.join(entry.severities)} | {'yes' if entry.latching else 'no'} |"
        for entry in entries
    ]
    lines += ["", "| rule | parameter | default | may be set | from |", "|---|---|---|---|---|"]
    lines += [
        f"| `{entry.id}` | `{one.name}` | {format_value(one.default, one.unit)} | {one.low:g} to {one.high:g} | "
        f"{one.source} |"
        for entry in entries
        for one in entry.parameters
    ]
    lines += ["", "| rule | parameter | of | built in | from |", "|---|---|---|---|---|"]
    lines += [
        f"| `{entry.id}` | `{one.parameter}` | {one.selector} {one.place} | {one.value:g} | {one.source} |"
        for entry in entries
        for one in entry.by_class
    ]
    return "\n".join(lines) + "\n"


def _show_parameter(parameter: Parameter) -> ParameterEntry:
    return ParameterEntry(
        name=parameter.name,
        default=parameter.default,
        unit=parameter.unit,
        low=parameter.low,
        high=parameter.high,
        source=cite(parameter.standard),
        valid_from=parameter.standard.valid_from if parameter.standard else None,
    )


def _show_override(override: Override) -> ClassEntry:
    source = f"{cite(override.standard)}: {override.note}" if override.note else cite(override.standard)
    return ClassEntry(
        selector=override.selector.value,
        place=override.place,
        parameter=override.parameter,
        value=override.value,
        source=source,
    )
