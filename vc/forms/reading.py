"""From whatever someone brings to a credential in its form. Nothing that comes out of here is believed yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vc.badges.baking import image_kind, unbake
from vc.errors import MalformedValue
from vc.forms.data_integrity import DataIntegrityCredential
from vc.forms.jose import JoseCredential
from vc.forms.looks import NotACredential, check_kind, refuse
from vc.forms.sd_jwt import SdJwtVc
from vc.forms.secured import SecuredCredential
from vc.jose import is_enveloped, open_envelope, read
from vc.model import Credential, parse_json
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import read as read_sd_jwt
from vc.secured import Form, form_of

_FORMS_OF_ENVELOPES = {
    "application/vc+jwt": {Form.VC_JWT},
    "application/jwt": {Form.JWT_VC_JSON, Form.OB_JWT},
    "application/dc+sd-jwt": {Form.SD_JWT_VC},
    "application/vc+sd-jwt": {Form.SD_JWT_VC},
    "application/sd-jwt": {Form.SD_JWT_VC},
}


def read_credential(
    data: bytes | str | Mapping[str, Any], *, binding: ExpectedBinding | None = None
) -> SecuredCredential:
    """Read a document, a token, an envelope with a token, or a picture with a badge.

    `binding` is what the holder of an SD-JWT was asked for.

    Raises:
        NotACredential: it is something else; the text names what.
        VcError, DidError: it breaks a rule of its form.
    """
    if isinstance(data, Mapping):
        return _read_document(data, binding)
    if isinstance(data, str):
        return _read_token(data.strip(), binding)
    if image_kind(data) is not None:
        content = unbake(data)
        if image_kind(content) is not None:
            raise NotACredential("There is a picture in the picture, and no badge.", "picture-in-picture")
        return read_credential(content, binding=binding)
    form = form_of(data)
    if form is None:
        refuse(data)
    if form is Form.LDP_VC:
        return _read_document(parse_json(data.strip()), binding)
    return _read_token(data.strip().decode("ascii", "replace"), binding)


def _read_document(document: Mapping[str, Any], binding: ExpectedBinding | None) -> SecuredCredential:
    check_kind(document)
    if not is_enveloped(document):
        return DataIntegrityCredential(Credential(document), read_credential)
    enveloped = open_envelope(document)
    credential = _read_token(enveloped.token, binding)
    if credential.form not in _FORMS_OF_ENVELOPES.get(enveloped.media_type, ()):
        raise MalformedValue(f"holds a {credential.form.value} under the name {enveloped.media_type}", "/id")
    return credential


def _read_token(text: str, binding: ExpectedBinding | None) -> SecuredCredential:
    form = form_of(text.encode("utf-8", "replace"))
    match form:
        case Form.SD_JWT_VC:
            return SdJwtVc(read_sd_jwt(text), binding)
        case None | Form.LDP_VC:
            raise NotACredential("This is no token that can be read.", "not-recognized")
    return JoseCredential(read(text), read_credential)
