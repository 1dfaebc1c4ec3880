"""The OpenAPI document, with its examples to the letter."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts


class DescribedApp(FastAPI):
    """FastAPI leaves out of an example every member that is null, and so shows answers that nobody ever gets."""

    def openapi(self) -> dict[str, object]:
        if self.openapi_schema is None:
            document = super().openapi()
            for context in iter_route_contexts(self.routes):
                route = context.original_route
                if isinstance(route, APIRoute) and route.include_in_schema:
                    for method in route.methods or ():
                        _restore_examples(route, document["paths"][route.path][method.lower()]["responses"])
        assert self.openapi_schema is not None
        return self.openapi_schema


def _restore_examples(route: APIRoute, shown: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
    for status, described in route.responses.items():
        for media_type, form in described.get("content", {}).items():
            if "example" in form:
                shown[str(status)]["content"][media_type]["example"] = form["example"]
