"""`credentials/derive`: what a holder shows of a credential of which parts can be kept."""

from collections.abc import Mapping
from typing import Any

from did.errors import DidError
from portal.vc_api import bodies
from portal.vc_api.errors import CredentialRefused, RequestMalformed, problem_of
from vc import jose
from vc.errors import VcError
from vc.proofs.disclosure import derive_proof
from vc.sd_jwt.holder import present
from vc.sd_jwt.issue import ClaimPath
from vc.sd_jwt.read import read as read_sd_jwt
from vc.secured import Form


def derive(body: Mapping[str, Any]) -> dict[str, Any]:
    """The credential with what is mandatory and what `options.selectivePointers` add. Stores nothing.

    From an ecdsa-sd-2023 base proof, or from an enveloped SD-JWT; the result of the latter is bound to nobody.

    Raises:
        VcApiRefused
    """
    document = bodies.require_object(body, "verifiableCredential")
    pointers = bodies.optional_texts(bodies.options_of(body), "selectivePointers") or []
    try:
        if not jose.is_enveloped(document):
            return derive_proof(document, pointers)
        token = jose.open_envelope(document).token
        shown = present(read_sd_jwt(token), choose=[_path_of(pointer) for pointer in pointers], binding=None)
        return jose.envelop(shown, Form.SD_JWT_VC.media_type)
    except (VcError, DidError) as error:
        raise CredentialRefused([problem_of(error)]) from error


def _path_of(pointer: str) -> ClaimPath:
    """A JSON Pointer (RFC 6901) as a path of claims. Raises `RequestMalformed`."""
    if not pointer.startswith("/"):
        raise RequestMalformed(f"{pointer[:80]!r} is no JSON Pointer below the whole document")
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    return tuple(int(part) if part.isdecimal() and part.isascii() else part for part in parts)
