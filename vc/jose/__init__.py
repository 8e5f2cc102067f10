"""Credentials and presentations as signed tokens."""

from vc.jose.credential import JwtCredential, ListKeys, find_method, read, verify, verify_signature
from vc.jose.enveloped import Enveloped, envelop, is_enveloped, open_envelope
from vc.jose.jwt_vc_json import PreparedJwtVcJson
from vc.jose.ob_jwt import PreparedObJwt
from vc.jose.vc_jwt import PreparedVcJwt
from vc.jose.vp_jwt import JwtPresentation, read_presentation, secure_presentation, verify_presentation

__all__ = [
    "Enveloped",
    "JwtCredential",
    "JwtPresentation",
    "ListKeys",
    "PreparedJwtVcJson",
    "PreparedObJwt",
    "PreparedVcJwt",
    "envelop",
    "find_method",
    "is_enveloped",
    "open_envelope",
    "read",
    "read_presentation",
    "secure_presentation",
    "verify",
    "verify_presentation",
    "verify_signature",
]
