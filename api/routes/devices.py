"""``/v1/devices``: the health of devices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.answers import answer_json
from api.connections import ConnectionsDep
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.device_store import DeviceKey, DeviceList, DeviceQuestion, DeviceState, list_devices
from api.examples import places as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.parameters import Limit
from api.place_filter import PlaceParameters
from api.problems import describe_problems

router = APIRouter(prefix="/v1/devices", tags=["registry"])


class DeviceParameters(PlaceParameters):
    state: Annotated[tuple[DeviceState, ...], Field(max_length=11)] = ()
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 200


@router.get(
    "",
    response_model=DeviceList,
    responses=show_example(examples.DEVICES) | describe_problems(400, 422, 503),
)
async def get_devices(
    connections: ConnectionsDep, parameters: Annotated[DeviceParameters, Query()]
) -> Response:
    """Devices in service with their state; `state=silent&state=unknown&state=never_seen` are those not heard.

    While a gateway is silent there is one fault, and the devices that are heard through it are `unknown`.
    """
    question = DeviceQuestion(parameters.places, tuple(sorted(parameters.state)))
    name = digest_question("devices", question)
    after = decode_cursor(parameters.cursor, DeviceKey, name).id if parameters.cursor else 0
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        devices, last = await list_devices(connection, question, after, parameters.limit)
    body = DeviceList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        devices=tuple(devices),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness)
