"""Where an engineer sees what Rasid makes of a device's payload, by the same code path as a camera's post."""

import asyncio
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import replace
from pydantic import AwareDatetime, BaseModel, Field

from rasid.contract.detections import PlateReadV1
from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import InvalidEvent, TooLarge, Unprocessable
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.problem import problem_responses
from services.ingest import adapters
from services.ingest.api import Reception
from services.ingest.explaining import whole
from services.ingest.payload.reading import CameraContext
from services.ingest.read import Result, read_payload
from services.ingest.registry.parts import Use

LARGEST_PAYLOAD_BYTES = 8 * 1024 * 1024

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["cameras"])


class Explanation(BaseModel):
    """What became of a payload. Nothing of it is kept: no event, no dead letter, no picture."""

    adapter: str | None = Field(description="Who read it; null when nobody recognized it", examples=["hikvision"])
    events: list[dict[str, Any]] = Field(description="As they would be published, CloudEvents in structured mode")
    refused: list[dict[str, Any]] = Field(description="A problem for each part no event could be made of")
    dropped: dict[str, int] = Field(description="How many claims about persons were dropped, by kind")
    unknown_fields: int = Field(description="How many fields this adapter has never seen")


@router.post(
    "/explain",
    summary="See what Rasid makes of a payload",
    response_model=Explanation,
    responses=problem_responses(Unprocessable, TooLarge),
    openapi_extra={
        **gated(operation="consult", subject="registry", purpose=False, max_body_bytes=LARGEST_PAYLOAD_BYTES),
        "requestBody": {
            "required": True,
            "description": "A payload as the device sends it, with the content type it sends.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def explain(
    *,
    request: Request,
    use: Use,
    camera_id: Annotated[
        str, Query(pattern=IDENTIFIER_PATTERN, description="As if this camera had sent it, as it is registered")
    ] = "camera-1",
    adapter: Annotated[str | None, Query(description="Read with this adapter instead of the camera's own")] = None,
    zone: Annotated[str | None, Query(description="The device's time zone instead of the camera's own")] = None,
    received_at: Annotated[AwareDatetime | None, Query(description="When it is taken to have arrived; now")] = None,
    topic: Annotated[str, Query(max_length=1024, description="The MQTT topic it came on")] = "",
    is_retained: Annotated[bool, Query(description="The broker had retained it")] = False,
) -> Response:
    """The events and refusals the payload would make. The caller gets back what they sent, read; nothing is kept."""
    parts: Reception = request.app.state.reception
    camera = _camera(parts, camera_id, adapter, zone)
    result = await asyncio.to_thread(
        read_payload,
        request.headers.get("content-type", ""),
        await request.body(),
        received_at or parts.clock.now(),
        camera,
        topic=topic,
        is_retained=is_retained,
    )
    use.shown(*_plates(result), count=len(result.normalized))
    return Response(whole(result), media_type="application/json")


def _camera(parts: Reception, camera_id: str, adapter: str | None, zone: str | None) -> CameraContext:
    """The camera as registered, with what the request says instead."""
    device = parts.door.devices.get(camera_id)
    known = CameraContext(camera_id) if device is None else device.context
    try:
        named = None if adapter is None else adapters.named(adapter).NAME
        placed = None if zone is None else ZoneInfo(zone).key
    except InvalidEvent as error:
        raise Unprocessable("adapter-unknown", error.detail) from None
    except (LookupError, ValueError, OSError):
        raise Unprocessable("zone-unknown", "zone is no time zone: use a name such as Asia/Baghdad") from None
    return replace(known, adapter=named or known.adapter, time_zone=placed or known.time_zone)


def _plates(result: Result) -> list[str]:
    return [one.event.data.plate.text for one in result.normalized if isinstance(one.event.data, PlateReadV1)]
