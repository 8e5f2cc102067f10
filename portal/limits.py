"""How much a request may bring."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.problems import send_problem

MAX_UPLOAD_BYTES = 20_000_000
MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 100_000  # the file and the form around it


class BodyLimit:
    """Refuse a body larger than the limit: at once when its length is announced, while reading when not."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app, self._max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._max_bytes:
            await _too_large(send, self._max_bytes)
            return
        seen, answered = 0, False

        async def bounded_receive() -> Message:
            nonlocal seen, answered
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes and not answered:
                answered = True
                await _too_large(send, self._max_bytes)
            return {"type": "http.disconnect"} if answered else message

        async def once_send(message: Message) -> None:
            if not answered:
                await send(message)

        await self._app(scope, bounded_receive, once_send)


async def _too_large(send: Send, limit: int) -> None:
    detail = (
        f"The request is larger than {limit // 1_000_000} MB. Split the file into several and send them one by one."
    )
    await send_problem(send, 413, "file-too-large", detail, headers=[(b"connection", b"close")])
