"""Whatever the OpenAPI allows is asked of the real server over the real database, and whatever it answers is in it."""

from __future__ import annotations

import os
import warnings

import schemathesis
import schemathesis.core.failures
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.conftest import Api, Hand

# The stream never ends by itself, and 503 is what the other says of a service without workers: see `test_stream` and
# `test_readiness`.
APART = ["/v1/alerts/stream", "/readyz"]
# A schema cannot say which buildings there are, or that a day lies in the past: what is well-formed and cannot be done
# is answered with a documented 4xx. All other checks are made.
EXAMPLES = int(os.environ.get("FENGSUI_SCHEMA_EXAMPLES", "4"))


def test_no_request_that_the_openapi_describes_is_answered_in_a_way_that_it_does_not(
    api: Api, hand: Hand
) -> None:
    hand.beat()
    hand.raise_alert(1)
    schema = schemathesis.openapi.from_url(f"{api.url}/v1/openapi.json").exclude(path=APART)
    failures = []
    for found in schema.get_all_operations():
        operation = found.ok()
        try:
            _ask(operation)
        except* (AssertionError, schemathesis.core.failures.Failure) as group:
            failures.append(f"{operation.label}: {group.exceptions!r}"[:2000])
    assert not failures, "\n\n".join(failures)


def _ask(operation: schemathesis.APIOperation) -> None:  # type: ignore[name-defined]
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ask()
