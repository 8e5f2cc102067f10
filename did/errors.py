"""What can go wrong with an identifier, its document or a key.

Each error has a problem type, the URL that DID Resolution (section "Errors") or Controlled
Identifiers (section "Processing Errors") gives it. Two kinds are never mixed: "could not look"
(`ResolutionUnavailable`, to be reported as undecided) and "looked, and it is wrong" (all others).
"""

from __future__ import annotations

from typing import ClassVar

_DID = "https://www.w3.org/ns/did#"
_SECURITY = "https://w3id.org/security#"


class DidError(Exception):
    """Base class; callers outside this package catch only this."""

    problem_type: ClassVar[str] = _DID + "INTERNAL_ERROR"
    title: ClassVar[str] = "The resolver failed."


# --- identifiers and documents -----------------------------------------------------------------


class InvalidDid(DidError):
    """The text is not a DID, or not one its method allows."""

    problem_type = _DID + "INVALID_DID"
    title = "This is not a valid DID."


class InvalidDidUrl(DidError):
    """The text is not a DID URL."""

    problem_type = _DID + "INVALID_DID_URL"
    title = "This is not a valid DID URL."


class InvalidDidDocument(DidError):
    """The document breaks the data model, or belongs to another identifier."""

    problem_type = _DID + "INVALID_DID_DOCUMENT"
    title = "The DID document is not valid."


class DidNotFound(DidError):
    """The registry answered: there is no such DID."""

    problem_type = _DID + "NOT_FOUND"
    title = "There is no such DID."


class DidDeactivated(DidNotFound):
    """The DID existed and was given up for good; nothing it says counts any more."""

    title = "The DID is deactivated."


class MethodNotSupported(DidError):
    """No method of this name is configured."""

    problem_type = _DID + "METHOD_NOT_SUPPORTED"
    title = "The DID method is not supported here."


class RepresentationNotSupported(DidError):
    """None of the media types asked for can be produced."""

    problem_type = _DID + "REPRESENTATION_NOT_SUPPORTED"
    title = "The requested representation is not supported."


class InvalidOptions(DidError):
    """The resolution options contradict each other or have a wrong form."""

    problem_type = _DID + "INVALID_OPTIONS"
    title = "The resolution options are not valid."


class FeatureNotSupported(DidError):
    """The method cannot do what an option asks for, for example show an older version."""

    problem_type = _DID + "FEATURE_NOT_SUPPORTED"
    title = "A requested feature is not supported."


# --- keys ----------------------------------------------------------------------------------------


class InvalidPublicKey(DidError):
    """The bytes or members do not make a public key of a known type."""

    problem_type = _SECURITY + "INVALID_PUBLIC_KEY"
    title = "The public key is not valid."


class InvalidVerificationMethod(DidError):
    """The verification method breaks the data model or has a controller other than its document."""

    problem_type = _SECURITY + "INVALID_VERIFICATION_METHOD"
    title = "The verification method is not valid."


class KeyNotFound(DidError):
    """The document has no verification method with this id."""

    problem_type = _SECURITY + "INVALID_VERIFICATION_METHOD"
    title = "There is no such verification method."


class KeyNotAuthorized(DidError):
    """The method exists, but is not listed under the verification relationship that is needed."""

    problem_type = _SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"
    title = "The verification method is not authorized for this purpose."


class InvalidSignature(DidError):
    """The signature does not belong to this key and these bytes."""

    problem_type = _SECURITY + "PROOF_VERIFICATION_ERROR"
    title = "The signature is not valid."


# --- the network ---------------------------------------------------------------------------------


class FetchRefused(DidError):
    """The address must not be asked. `rule` names the rule; it never changes.

    Nothing was sent, except when an earlier hop answered with a redirect.
    """

    title = "The address must not be asked."

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class ResolutionUnavailable(DidError):
    """No answer, or none that could be understood: the truth is unknown. Try again later."""

    title = "The registry could not be asked."


class FetchFailed(ResolutionUnavailable):
    """The server could not be reached, answered too slowly, too much or not in HTTP."""

    title = "The server did not give a usable answer."
