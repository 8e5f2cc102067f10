"""Error pages in the look of the other pages, and problem details for clients that asked for JSON."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from portal.pages.negotiation import choose
from portal.pages.render import render
from portal.pages.responses import html, problem
from portal.pages.views import ErrorPage

_WORDS = {
    400: ("This request could not be read", "Something in it is missing or malformed."),
    403: ("Not for you to see", "This page exists, but it is not open to you."),
    404: ("Nothing here", "The address is wrong, or what stood here was never public."),
    405: ("Not done this way", "This address exists, but not for this kind of request."),
    410: ("Gone for good", "What stood here was taken away on purpose and will not come back."),
    411: ("Length missing", "The request must say how long it is."),
    413: ("Too large", "This is more than the node reads at once."),
    415: ("Unknown kind of content", "The node cannot read this kind of file."),
    429: ("Too many requests", "Please wait a moment and try again."),
    500: ("Something broke here", "The fault is the node's, not yours. It was written to the log."),
    503: ("Not ready", "The node is starting or a part of it is down. Try again in a moment."),
}
_LOOKS = {404: "not-found", 410: "gone", 403: "private"}


def asks_for_html(request: Request) -> bool:
    """True for browsers, and for clients that do not mind."""
    offers = ("text/html", "application/problem+json", "application/json", "application/vc", "application/ld+json")
    return choose(request.headers.get("accept"), offers) == "text/html"


def error_response(
    request: Request,
    status: int,
    *,
    code: str | None = None,
    title: str | None = None,
    detail: str | None = None,
    look: str | None = None,
) -> Response:
    """Answer with an error, as a page or as problem details, whichever the client prefers.

    `detail` is shown to anyone: no secret, no personal data, no stack trace.
    """
    try:
        name = HTTPStatus(status).phrase
    except ValueError:
        status, name = 500, HTTPStatus(500).phrase
    default_title, default_text = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    code = code or name.lower().replace(" ", "-")
    if not asks_for_html(request):
        return problem(request, status=status, code=code, title=name, detail=detail or default_text)
    page = ErrorPage(
        status=status,
        look=look or _LOOKS.get(status, "broken" if status >= 500 else "refused"),
        title=title or default_title,
        text=detail or default_text,
        code=code,
    )
    response = html(request, render("error.html", page=page), status=status)
    response.headers["Vary"] = "Accept"
    return response
