"""Takes whatever someone brings - text, a file, a link - and has it verified."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from did.errors import DidError, FetchRefused
from did.fetch import Fetch
from portal.pages.source import PageSource, PublicCredential
from portal.verification.brought import Brought, look_at
from vc.badges.baking import MAX_IMAGE_BYTES, image_kind
from vc.errors import ParsingError
from vc.model import MAX_DOCUMENT_BYTES, parse_json
from vc.report import Report
from vc.secured import Form, form_of

MAX_KB = MAX_DOCUMENT_BYTES // 1024
MAX_IMAGE_KB = MAX_IMAGE_BYTES // 1024
_MAX_TOKEN_BYTES = 400_000  # a document of MAX_DOCUMENT_BYTES in base64url
_MAX_LINK_CHARS = 2_000
_ACCEPT = (
    "application/vc, application/vc+jwt;q=0.9, application/dc+sd-jwt;q=0.9, application/jwt;q=0.9, "
    "application/vc+ld+json;q=0.9, application/ld+json;q=0.8, application/json;q=0.7, image/png;q=0.6, "
    "image/svg+xml;q=0.6"
)


class VerificationSource(PageSource, Protocol):
    """What the verification pages ask of the node beyond `PageSource`."""

    @property
    def fetch(self) -> Fetch:
        """The node's one outgoing client; it refuses addresses inside the network."""
        ...


class SubmissionRefused(Exception):
    """What was brought cannot be verified as it is. The text says what to do; `code` is part of the API."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "submission-refused"


class NothingSubmitted(SubmissionRefused):
    code = "nothing-submitted"


class SubmissionTooLarge(SubmissionRefused):
    status = 413
    code = "submission-too-large"


class LinkNotFetched(SubmissionRefused):
    """The link was refused, or nothing usable came back."""

    status = 422
    code = "link-not-fetched"


class AnchorNotRead(SubmissionRefused):
    status = 422
    code = "anchor-not-read"


@dataclass(frozen=True, slots=True)
class Submission:
    """What will be verified. `note` tells where it came from when that is not obvious.

    `known` is set when a link led to a credential of this node: then its state in our own records counts too.
    """

    data: bytes
    anchor: Mapping[str, Any] | None
    note: str | None = None
    known: PublicCredential | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    submission: Submission
    brought: Brought
    report: Report


def verify_submission(source: PageSource, submission: Submission) -> Verified:
    """Verify what was brought. Bytes that are no credential still get a report that says what they are."""
    brought = look_at(submission.data)
    anchor = submission.anchor
    if anchor is None and brought.document is not None:
        anchor = _anchor_of_own(source, brought.document)
    submission = Submission(submission.data, anchor, submission.note, submission.known)
    return Verified(submission, brought, source.verify(submission.data, anchor))


def read_submission(source: VerificationSource, *, text: str, file: bytes | None, anchor_text: str) -> Submission:
    """A file wins over text; a text that is one link is followed.

    Raises `SubmissionRefused`.
    """
    anchor = read_anchor(anchor_text)
    if file:
        _check_size(file)
        return Submission(file, anchor)
    text = text.strip()
    if not text:
        raise NothingSubmitted("Paste a credential or a link to one, or choose a file.")
    if _is_link(text):
        return _follow(source, text, anchor)
    data = text.encode("utf-8", "replace")
    _check_size(data)
    return Submission(data, anchor)


def read_anchor(text: str) -> Mapping[str, Any] | None:
    """Raises `AnchorNotRead`."""
    if not text.strip():
        return None
    try:
        return parse_json(text.strip().encode("utf-8", "replace"))
    except ParsingError as error:
        raise AnchorNotRead(f"The anchor proof could not be read: {error}.") from error


def _follow(source: VerificationSource, link: str, anchor: Mapping[str, Any] | None) -> Submission:
    own = _own_credential(source, link)
    if own is not None:
        return Submission(own.data, anchor or own.anchor, "This credential was issued on this node.", own)
    if not link.startswith("https://"):
        raise LinkNotFetched("Only links that begin with https:// are followed.")
    host = urlsplit(link).hostname or ""
    try:
        response = source.fetch(link, accept=_ACCEPT, max_bytes=MAX_IMAGE_BYTES, max_redirects=3)
    except FetchRefused as error:
        raise LinkNotFetched("This node does not fetch from that address. Paste the credential itself.") from error
    except DidError as error:
        raise LinkNotFetched(f"{host} did not answer in a usable way. Paste the credential itself.") from error
    if response.status != 200 or not response.body:
        raise LinkNotFetched(f"{host} answered with status {response.status} and no credential.")
    _check_size(response.body)
    if response.headers.get("content-type", "").startswith("text/html"):
        raise LinkNotFetched(
            f"{host} answered with a web page. Download the credential there and choose the file here."
        )
    return Submission(response.body, anchor, f"Fetched from {host}.")


def _anchor_of_own(source: PageSource, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The anchor proof of one of our credentials; it is checked against the text that was brought."""
    identifier = document.get("id")
    own = _own_credential(source, identifier) if isinstance(identifier, str) else None
    return own.anchor if own is not None else None


def _own_credential(source: PageSource, link: str) -> PublicCredential | None:
    prefix = f"{source.node_facts().origin}/c/"
    if not link.startswith(prefix):
        return None
    found = source.find_credential(link.removeprefix(prefix).split("#")[0].split("?")[0][:64])
    return found if found is not None and found.visibility != "private" else None


def _is_link(text: str) -> bool:
    return len(text) <= _MAX_LINK_CHARS and text.startswith(("https://", "http://")) and len(text.split()) == 1


def _check_size(data: bytes) -> None:
    size = f"That is {len(data) // 1024:,} kB"
    if image_kind(data) is not None:
        if len(data) > MAX_IMAGE_BYTES:
            raise SubmissionTooLarge(f"{size}; pictures of at most {MAX_IMAGE_KB:,} kB are read.")
    elif len(data) > (MAX_DOCUMENT_BYTES if form_of(data) in (None, Form.LDP_VC) else _MAX_TOKEN_BYTES):
        raise SubmissionTooLarge(f"{size}; credentials of at most {MAX_KB} kB are read.")


def read_api_body(body: bytes) -> Submission:
    """The body of `POST /v1/verify`: a credential, or an object with `credential` and perhaps `anchor`.

    Raises `SubmissionRefused`.
    """
    if not body.strip():
        raise NothingSubmitted("Send a credential in the body.")
    _check_size(body)
    try:
        parsed = parse_json(body)
    except ParsingError:
        return Submission(body, None)  # the report says what is wrong with it
    if "credential" not in parsed or "@context" in parsed:
        return Submission(body, None)
    credential, anchor = parsed["credential"], parsed.get("anchor")
    if anchor is not None and not isinstance(anchor, dict):
        raise AnchorNotRead("The member `anchor` must be the object that anchor.json holds.")
    if isinstance(credential, str):
        return Submission(credential.encode(), anchor)
    if isinstance(credential, dict):
        return Submission(json.dumps(credential, ensure_ascii=False).encode(), anchor)
    raise NothingSubmitted("The member `credential` must be a credential: an object, or a string with one.")
