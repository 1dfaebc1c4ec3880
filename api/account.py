"""The plain account of an alert: what, where, since when, by which rule and clause, and what to do, in one language."""

from __future__ import annotations

from api.alert_models import Alert, Place, Words
from api.languages import Language
from api.moments import CHINA


def give_account(alert: Alert, why: Words, language: Language) -> str:
    """A few sentences; `why` is what `api.alert_rows.explain` says of rule, figure, limit and grounds."""
    raised = alert.raised_at.astimezone(CHINA)
    if language is Language.CHINESE:
        over = "(条件已消失)" if alert.cleared_at else ""
        late = "由迟到的数据触发。" if alert.late else ""
        place = "".join(_name_place(alert.where, "{}层", "地下{}层"))
        return f"{raised:%Y年%m月%d日 %H:%M:%S},{place}{over}:{why.zh}{late}处置建议:{alert.advice.zh}"
    over = " (its condition has cleared)" if alert.cleared_at else ""
    late = " Raised by readings that came late." if alert.late else ""
    place = ", ".join(_name_place(alert.where, "floor {}", "basement {}"))
    return f"{raised:%Y-%m-%d %H:%M:%S} (UTC+8), {place}{over}: {why.en}{late} What to do: {alert.advice.en}"


def _name_place(where: Place, floor: str, basement: str) -> list[str]:
    """From the area down to the device."""
    names = [where.area.name, where.building.name]
    if where.floor is not None:
        names.append(floor.format(where.floor) if where.floor >= 0 else basement.format(-where.floor))
    names += [one.name for one in (where.zone, where.device) if one is not None]
    return names
