"""What is sent with an act. `kind` is only needed where several acts are possible, on a selection of alerts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonValue

from api.access import Access
from api.act import Act
from api.cursors import Id
from api.parameters import ActorName, Note, PersonName
from schemas.domain import AlertAction, Referral, Verdict


@dataclass(frozen=True)
class Sender:
    """What a request says beside its body."""

    origin: str
    access: Access
    key: str | None = None
    expected: frozenset[int] | None = None


def _show(**example: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [example]})


class ActBody(BaseModel):
    """Who acts, and what the history is to remember of why."""

    model_config = _show(by="王警官", note="已电话核实")
    action: ClassVar[AlertAction]

    by: ActorName
    note: Note | None = None

    def make_act(self, alert_id: int, sender: Sender) -> Act:
        return Act(
            alert_id=alert_id,
            action=self.action,
            by=sender.access.name_actor(self.by),
            note=self.note,
            origin=sender.origin,
            key=sender.key,
            expected=sender.expected,
        )


class AcknowledgeBody(ActBody):
    action = AlertAction.ACKNOWLEDGED
    kind: Literal["acknowledge"] = "acknowledge"


class AssignBody(ActBody):
    model_config = _show(by="王警官", to="李警官")
    action = AlertAction.ASSIGNED
    kind: Literal["assign"] = "assign"
    to: Annotated[
        PersonName | None, Field(description="Who is to deal with it; null takes it from everybody")
    ]

    def make_act(self, alert_id: int, sender: Sender) -> Act:
        return replace(super().make_act(alert_id, sender), assignee=self.to)


class CommentBody(ActBody):
    model_config = _show(by="王警官", note="物业经理已到场")
    action = AlertAction.COMMENTED
    kind: Literal["comment"] = "comment"
    note: Note


class VerdictBody(ActBody):
    model_config = _show(by="王警官", verdict="false_alarm", note="厨房水汽")
    action = AlertAction.VERDICT
    kind: Literal["verdict"] = "verdict"
    verdict: Verdict

    def make_act(self, alert_id: int, sender: Sender) -> Act:
        return replace(super().make_act(alert_id, sender), verdict=self.verdict)


class EscalateBody(ActBody):
    model_config = _show(by="王警官", to="supervisor", note="现场无人应答")
    action = AlertAction.REFERRED
    kind: Literal["escalate"] = "escalate"
    to: Referral = Referral.SUPERVISOR

    def make_act(self, alert_id: int, sender: Sender) -> Act:
        return replace(super().make_act(alert_id, sender), referral=self.to)


class CloseBody(ActBody):
    model_config = _show(by="王警官", note="探测器已拆除，无法恢复", force=True)
    action = AlertAction.CLOSED
    kind: Literal["close"] = "close"
    note: Annotated[Note, Field(description="Why; kept in the history")]
    force: Annotated[
        bool, Field(description="Close it although its condition is active or nobody has ruled on it")
    ] = False

    def make_act(self, alert_id: int, sender: Sender) -> Act:
        return replace(super().make_act(alert_id, sender), forced=self.force)


class UndoBody(ActBody):
    model_config = _show(by="王警官", change=812)
    action = AlertAction.UNDONE
    kind: Literal["undo"] = "undo"
    change: Annotated[Id | None, Field(description="The act's own change_id; without it, the newest act")] = (
        None
    )

    def make_act(self, alert_id: int, sender: Sender) -> Act:
        return replace(super().make_act(alert_id, sender), undoes=self.change)


AnyActBody = Annotated[
    AcknowledgeBody | AssignBody | CommentBody | VerdictBody | EscalateBody | CloseBody | UndoBody,
    Field(discriminator="kind"),
]
