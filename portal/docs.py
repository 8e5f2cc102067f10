"""`/docs`: the API as a page, made from the OpenAPI description; works without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from portal.pages.render import render
from portal.pages.responses import html

router = APIRouter()
_METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the page."""

    method: str
    path: str
    summary: str
    description: str
    needs_key: bool
    inputs: tuple[str, ...]


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    description: dict[str, Any] = request.app.openapi()
    groups: dict[str, list[Operation]] = {}
    for tag, operation in _operations(description):
        groups.setdefault(tag, []).append(operation)
    return html(request, render("docs.html", groups=groups), cache_control="no-cache")


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, item in description["paths"].items():
        for method in _METHODS:
            if method in item:
                yield (item[method].get("tags") or ["other"])[0], _operation(method, path, item[method])


def _operation(method: str, path: str, node: dict[str, Any]) -> Operation:
    parameters = node.get("parameters", [])
    headers = {each["name"].lower() for each in parameters if each["in"] == "header"}
    named = [f"{each['name']} ({each['in']})" for each in parameters if each["in"] != "header"]
    named += [f"body: {kind}" for kind in node.get("requestBody", {}).get("content", {})]
    return Operation(
        method=method.upper(),
        path=path,
        summary=node.get("summary", ""),
        description=node.get("description", ""),
        needs_key="x-api-key" in headers,
        inputs=tuple(named),
    )
