"""The description of the API: every example has the form that the answer has, every operation says what it does."""

from __future__ import annotations

import httpx
import pytest
from pydantic import TypeAdapter

from api import examples
from api.activity_store import Activity
from api.building_store import BuildingList
from api.completeness_store import FalseAlarmDeviceList
from api.contact_store import ContactList
from api.coverage_models import BuildingCoverageList, Coverage
from api.device_store import DeviceList
from api.freshness import Answer
from api.incident_store import IncidentList
from api.response_store import ResponseTimes
from api.routes.incidents import IncidentAnswer
from api.routes.webhooks import WebhookList
from api.section_store import Section

FORMS: list[tuple[type[Answer], dict[str, object]]] = [
    (IncidentList, examples.INCIDENTS),
    (IncidentAnswer, examples.INCIDENT),
    (Coverage, examples.COVERAGE),
    (BuildingCoverageList, examples.BUILDING_COVERAGE),
    (BuildingList, examples.BUILDINGS),
    (Section, examples.SECTION),
    (ContactList, examples.CONTACTS),
    (DeviceList, examples.DEVICES),
    (Activity, examples.ACTIVITY),
    (ResponseTimes, examples.RESPONSE_TIMES),
    (FalseAlarmDeviceList, examples.FALSE_ALARM_DEVICES),
    (WebhookList, examples.WEBHOOKS),
]


@pytest.mark.parametrize(("shape", "example"), FORMS, ids=[shape.__name__ for shape, _ in FORMS])
def test_an_example_is_an_answer_to_the_letter(shape: type[Answer], example: dict[str, object]) -> None:
    adapter = TypeAdapter(shape)
    shown = adapter.dump_python(adapter.validate_python(example), mode="json", by_alias=True)
    assert shown == example


def test_operations_on_the_citys_questions_are_described_with_an_example_and_their_problems(
    client: httpx.Client,
) -> None:
    paths = client.get("/v1/openapi.json").json()["paths"]
    questions = ("incidents", "coverage", "buildings", "devices", "activity", "response-times", "webhooks")
    described = [
        (f"{method} {path}", operation)
        for path, operations in paths.items()
        if path.removeprefix("/v1/").partition("/")[0] in questions
        for method, operation in operations.items()
    ]
    assert len(described) == 11
    for name, operation in described:
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["responses"]["200"]["content"]["application/json"]["example"], name
        assert "503" in operation["responses"], name
