"""`/.well-known/security.txt` (RFC 9116): whom to tell about a weakness of this node."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from portal.pages.errors import error_response
from portal.process import node

router = APIRouter(tags=["published"])
# Section 2.5.5 wants less than a year, so that nobody relies on a page that is kept up by no one.
_VALID_FOR = timedelta(days=90)


@router.get("/.well-known/security.txt", response_class=PlainTextResponse, summary="Whom to tell about a weakness")
def security_txt(request: Request) -> Response:
    """404 until the operator sets `DCP_SECURITY_CONTACT`."""
    this = node()
    contact = this.settings.security_contact
    if contact is None:
        detail = "The operator of this node named no contact (DCP_SECURITY_CONTACT)."
        return error_response(request, 404, code="no-security-contact", detail=detail)
    return PlainTextResponse(text_of(contact, origin=this.origin, now=this.now()))


def text_of(contact: str, *, origin: str, now: datetime) -> str:
    """The file: lines end with CRLF or LF (section 2.2); the contact is a URI (section 2.5.3)."""
    address = contact if "://" in contact or contact.startswith(("mailto:", "tel:")) else f"mailto:{contact}"
    expires = (now + _VALID_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"Contact: {address}\nExpires: {expires}\nCanonical: {origin}/.well-known/security.txt\n"
