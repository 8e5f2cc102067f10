"""A batch's progress as server-sent events (HTML Standard, section 9.2): one line when something changed."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from portal.auth.depends import Access, may
from portal.issuance import service
from portal.process import node

router = APIRouter(prefix="/v1/tenants/{tenant}/batches", tags=["batches"])

ENDED = frozenset({"done", "cancelled"})
_EVERY_S = 1.0
_ALIVE_AFTER = 15  # looks without news, after which a comment keeps proxies from closing the connection
_MAX_LOOKS = 600  # ten minutes; the client's EventSource comes back by itself
_RETRY_MS = 2_000


@router.get(
    "/{batch_id}/events",
    summary="Follow a batch",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def follow(
    batch_id: UUID,
    access: Annotated[Access, may("batches:read")],
    last_event_id: Annotated[str | None, Header(description="Set by the browser when it comes back.")] = None,
) -> StreamingResponse:
    """An event `progress` whenever a number changed, and `end` when nothing will change any more."""
    first = await run_in_threadpool(
        _look, access.tenant_id, batch_id
    )  # a refusal is an ordinary answer, before the stream

    async def look() -> dict[str, Any]:
        return await run_in_threadpool(_look, access.tenant_id, batch_id)

    stream = events(first, look, wait=lambda: asyncio.sleep(_EVERY_S), seen=last_event_id)
    # No buffering on the way, or nothing is seen until the end.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def events(
    first: dict[str, Any],
    look: Callable[[], Awaitable[dict[str, Any]]],
    *,
    wait: Callable[[], Awaitable[None]],
    seen: str | None = None,
) -> AsyncIterator[str]:
    """The text of the stream. An event's id is the state it tells, so that a client that comes back misses nothing."""
    yield f"retry: {_RETRY_MS}\n\n"
    now, told, quiet = first, seen, 0
    for _look_number in range(_MAX_LOOKS):
        name = _id(now)
        if name != told:
            yield f"id: {name}\nevent: progress\ndata: {json.dumps(now)}\n\n"
            told, quiet = name, 0
        if now["state"] in ENDED:
            yield f"id: {name}\nevent: end\ndata: {json.dumps(now)}\n\n"
            return
        quiet += 1
        if quiet % _ALIVE_AFTER == 0:
            yield ": still here\n\n"
        await wait()
        now = await look()


def _id(state: dict[str, Any]) -> str:
    return f"{state['state']}-{state['recorded']}-{state['reserved']}"


def _look(tenant_id: UUID, batch_id: UUID) -> dict[str, Any]:
    batch = service.read_batch(node(), tenant_id, batch_id)
    return batch.model_dump(mode="json", include={"state", "rows", "rows_refused", "reserved", "recorded"})
