"""Says in plain words what an issuer's identifier shows about who the issuer is.

The name in a credential is whatever the issuer calls itself. What the checks prove is control of the identifier.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from portal.pages.text import clip

_CALLS_ITSELF = "The name is what the issuer calls itself."
_CONTROLS_ADDRESS = f"{_CALLS_ITSELF} What the proof can show is control of this web address."
_CONTROLS_ACCOUNT = f"{_CALLS_ITSELF} What the proof can show is control of this account."
_CONTROLS_KEY = "This identifier is made from a key alone: one key issued the credential, whoever holds it."
_NO_IDENTIFIER = "The document does not say who issued it in a way that could be checked."
_COMPARE = "Compare it with what you know of the issuer from elsewhere. Whether to trust the issuer is your decision."
_ASK = "Ask the issuer by another way whether this is theirs before you rely on it."


@dataclass(frozen=True, slots=True)
class IssuerIdentity:
    """`label` and `shown` go on the certificate, `meaning` and `advice` beside it."""

    label: str
    shown: str
    meaning: str
    advice: str
    identifier: str


def describe_issuer(identifier: str) -> IssuerIdentity:
    scheme, _, rest = identifier.partition(":")
    method, _, specific = rest.partition(":")
    if scheme == "did" and method in {"web", "webvh"} and specific:
        parts = specific.split(":")[1 if method == "webvh" else 0 :]
        address = "/".join(unquote(part) for part in parts)
        return IssuerIdentity("Web address", clip(address, 160), _CONTROLS_ADDRESS, _COMPARE, identifier)
    if scheme == "did" and method == "ethr" and specific:
        return IssuerIdentity("Account on a chain", clip(specific, 160), _CONTROLS_ACCOUNT, _COMPARE, identifier)
    if scheme == "did" and method in {"key", "jwk"} and specific:
        return IssuerIdentity("Key", clip(specific, 24), _CONTROLS_KEY, _ASK, identifier)
    if scheme == "https":
        address = clip(identifier.removeprefix("https://"), 160)
        return IssuerIdentity("Web address", address, _CONTROLS_ADDRESS, _COMPARE, identifier)
    if identifier:
        return IssuerIdentity("Identifier", clip(identifier, 160), _CALLS_ITSELF, _COMPARE, identifier)
    return IssuerIdentity("Identifier", "none given", _NO_IDENTIFIER, _ASK, identifier)
