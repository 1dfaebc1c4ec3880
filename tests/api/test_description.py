"""The description of the API: every operation says what it does and shows it, and each example is true to its form."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from api.account import give_account
from api.alert_models import AlertDetail
from api.app import make_app
from api.examples import JSON, alerts
from api.languages import Language
from api.routes.health import Readiness
from rules.catalogue import CATALOGUE
from schemas.settings import Settings

# Whoever logs out is answered with nothing.
EMPTY = {"DELETE /v1/session"}
# What answers when the database does not.
ALWAYS = {"GET /v1/alerts/unpersisted", "GET /healthz", "GET /metrics"}
APP = make_app(Settings(database_url="postgresql://nowhere/"))
DOCUMENT = APP.openapi()


@dataclass(frozen=True)
class Operation:
    """One operation as OpenAPI describes it, and the route that serves it."""

    name: str
    route: APIRoute
    described: dict[str, dict[str, object]]
    answer: dict[str, dict[str, object]]  # what it shows of its answer when all is well, by media type
    bodies: list[object]  # its examples of what is sent; None where one is missing


def list_operations() -> list[Operation]:
    served = (context.original_route for context in iter_route_contexts(APP.routes))
    routes = [route for route in served if isinstance(route, APIRoute) and route.include_in_schema]
    return [make_operation(route, method) for route in routes for method in sorted(route.methods or ())]


def make_operation(route: APIRoute, method: str) -> Operation:
    described = DOCUMENT["paths"][route.path][method.lower()]
    answer = described["responses"][str(route.status_code or 200)].get("content", {})
    sent = described.get("requestBody", {}).get("content", {}).values()
    bodies = [example for form in sent for example in find_schema(form["schema"]).get("examples", [None])]
    return Operation(f"{method} {route.path}", route, described, answer, bodies)


def find_schema(schema: dict[str, str]) -> dict[str, list[object]]:
    name = schema["$ref"].rpartition("/")[2]
    found = DOCUMENT["components"]["schemas"][name]
    assert isinstance(found, dict)
    return found


OPERATIONS = list_operations()
NAMES = [operation.name for operation in OPERATIONS]
BODIES = [(operation, body) for operation in OPERATIONS for body in operation.bodies]


def write_back(form: object, example: object) -> object:
    """The example read into its form and written out again."""
    adapter: TypeAdapter[object] = TypeAdapter(form)
    return adapter.dump_python(adapter.validate_python(example), mode="json", by_alias=True)


def test_all_operations_are_looked_at() -> None:
    assert len(OPERATIONS) == sum(len(operations) for operations in DOCUMENT["paths"].values()) > 50


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_an_operation_says_what_it_does_and_shows_what_it_answers(operation: Operation) -> None:
    assert operation.described["summary"]
    assert operation.described["description"]
    assert bool(operation.answer) is (operation.name not in EMPTY)
    assert all(form.get("example") or form.get("examples") for form in operation.answer.values())


def test_operations_that_need_the_database_say_that_it_may_be_away() -> None:
    assert {one.name for one in OPERATIONS if "503" not in one.described["responses"]} == ALWAYS


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_an_example_of_an_answer_is_one_to_the_letter(operation: Operation) -> None:
    for media_type, form in operation.answer.items():
        if media_type == JSON:
            assert write_back(operation.route.response_model, form["example"]) == form["example"]
        else:
            assert isinstance(form.get("example", ""), str)


@pytest.mark.parametrize(("operation", "body"), BODIES, ids=[operation.name for operation, _ in BODIES])
def test_an_example_of_a_body_can_be_sent_as_it_is(operation: Operation, body: object) -> None:
    field = operation.route.body_field
    assert field is not None
    adapter: TypeAdapter[object] = TypeAdapter(field.field_info.annotation)
    understood = adapter.dump_python(adapter.validate_python(body))
    assert isinstance(body, dict)
    assert isinstance(understood, dict)
    assert set(body) <= set(understood)


def test_an_alert_in_the_examples_says_what_its_rule_says() -> None:
    detail = AlertDetail.model_validate(alerts.ALERT)
    (rule,) = [one for one in CATALOGUE if one.id == detail.rule]
    assert (detail.title.zh, detail.title.en) == (rule.title_zh, rule.title_en)
    assert (detail.advice.zh, detail.advice.en) == (rule.advice_zh, rule.advice_en)
    assert (detail.grounds.zh, detail.grounds.en) == (rule.source_zh, rule.source_en)
    assert (rule.source_zh in detail.why.zh, rule.source_en in detail.why.en) == (True, True)
    assert detail.account == give_account(detail, detail.why, Language.CHINESE)


def test_a_service_that_is_not_ready_is_shown_too() -> None:
    shown = DOCUMENT["paths"]["/readyz"]["get"]["responses"]["503"]["content"][JSON]["example"]
    assert write_back(Readiness, shown) == shown


def test_where_a_table_as_parquet_is_shown_there_lies_one(client: httpx.Client) -> None:
    forms = [
        form["examples"]
        for operation in OPERATIONS
        for form in operation.answer.values()
        if "examples" in form
    ]
    assert len(forms) == 4
    for examples in forms:
        assert isinstance(examples, dict)
        address = examples["empty"]["externalValue"]
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        assert answer.content[:4] == answer.content[-4:] == b"PAR1"
