"""Examples of requests and answers for the description of the API, by subject; the tests hold them to their forms."""

from __future__ import annotations

JSON = "application/json"


def show_example(example: dict[str, object], status: int = 200) -> dict[int | str, dict[str, object]]:
    """What a route says in OpenAPI of its answer when all is well."""
    return {status: {"content": {JSON: {"example": example}}}}


def show_text(media_type: str, example: str, description: str) -> dict[int | str, dict[str, object]]:
    """The same of an answer that is no JSON."""
    content = {media_type: {"schema": {"type": "string"}, "example": example}}
    return {200: {"content": content, "description": description}}
