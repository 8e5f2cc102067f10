"""The rules of the Verifiable Credentials Data Model 2.0 and 1.1, one function per MUST.

`check` is for a credential, `check_presentation` for a presentation. A proof is not looked at here.
Section names are those of the W3C Recommendation of 15 May 2025 (2.0) and of 3 March 2022 (1.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from vc import timestamps
from vc.canonical import rdf
from vc.errors import MalformedValue, RangeError_
from vc.members import check_optional_id, check_text, check_types, check_url, objects, typed_objects
from vc.model import list_of
from vc.related import check_related_resources

CONTEXT_V2: Final = "https://www.w3.org/ns/credentials/v2"
CONTEXT_V1: Final = "https://www.w3.org/2018/credentials/v1"

Rule = Callable[[Mapping[str, Any]], None]


def check(credential: Mapping[str, Any], *, for_issuing: bool = False) -> None:
    """Check a credential against the data model that its first context names.

    `for_issuing` also refuses names that no context defines, whatever the proof will be.

    Raises:
        MalformedValue: the path says which member breaks which rule; `RangeError_` is a kind of it.
    """
    for rule in RULES_V1 if is_v1(credential) else RULES_V2:
        rule(credential)
    if for_issuing:
        check_terms(credential)


def is_v1(document: Mapping[str, Any]) -> bool:
    """Does the first context name version 1.1 of the data model?"""
    contexts = document.get("@context")
    return contexts == CONTEXT_V1 or (isinstance(contexts, list) and contexts[:1] == [CONTEXT_V1])


def check_terms(document: Mapping[str, Any]) -> None:
    """Every name and type is defined by a context (2.0, "Extensibility"). Raises as `rdf.canonicalize`."""
    rdf.to_quads({name: value for name, value in document.items() if name != "proof"})


# --- both versions ---------------------------------------------------------------------------------


def check_context(document: Mapping[str, Any]) -> None:
    """Section "Contexts": an ordered set whose first item is the data model's URL; then URLs and objects."""
    if "@context" not in document:
        raise MalformedValue("must have an @context")
    contexts = document["@context"]
    items = contexts if isinstance(contexts, list) else [contexts]
    if not items or items[0] not in (CONTEXT_V2, CONTEXT_V1):
        raise MalformedValue(f"must start with {CONTEXT_V2!r} or {CONTEXT_V1!r}", "/@context")
    for index, item in enumerate(items):
        path = f"/@context/{index}" if isinstance(contexts, list) else "/@context"
        if isinstance(item, str):
            check_url(item, path)
        elif not isinstance(item, Mapping):
            raise MalformedValue("a context is a URL or an object", path)
    urls = [item for item in items if isinstance(item, str)]
    if len(set(urls)) != len(urls):
        raise MalformedValue("names a context twice", "/@context")


def check_identifier(document: Mapping[str, Any]) -> None:
    """Section "Identifiers": `id`, if there is one, is a single URL."""
    check_optional_id(document, "")


def check_credential_type(credential: Mapping[str, Any]) -> None:
    """Section "Types": `VerifiableCredential` is among the types."""
    check_types(credential, "", required="VerifiableCredential")


def check_issuer(credential: Mapping[str, Any]) -> None:
    """Section "Issuer": a URL, or an object whose `id` is a URL."""
    if "issuer" not in credential:
        raise MalformedValue("must have an issuer")
    _check_agent(credential["issuer"], "/issuer")


def check_subject(credential: Mapping[str, Any]) -> None:
    """Section "Credential Subject": objects, none of them empty (an `id` alone will do, as in the W3C's test suite)."""
    if "credentialSubject" not in credential:
        raise MalformedValue("must have a credentialSubject")
    for subject, path in objects(credential["credentialSubject"], "/credentialSubject"):
        check_optional_id(subject, path)
        if not subject:
            raise MalformedValue("must be the subject of at least one claim", path)


def check_terms_of_use(credential: Mapping[str, Any]) -> None:
    """Section "Terms of Use": each has a type; an `id` is a URL."""
    typed_objects(credential, "termsOfUse")


def check_evidence(credential: Mapping[str, Any]) -> None:
    """Section "Evidence": each has a type; an `id` is a URL."""
    typed_objects(credential, "evidence")


def check_schema(credential: Mapping[str, Any]) -> None:
    """Section "Data Schemas": each has a type and an `id` that is a URL."""
    typed_objects(credential, "credentialSchema", with_id=True)


def check_proof(document: Mapping[str, Any]) -> None:
    """Section "Types": each embedded proof has a type; what else it needs, the cryptosuite says."""
    if "proof" in document:
        for proof, path in objects(document["proof"], "/proof"):
            check_types(proof, path)


def _check_agent(value: Any, path: str) -> None:
    if isinstance(value, Mapping):
        if "id" not in value:
            raise MalformedValue("must have an id", path)
        check_url(value["id"], f"{path}/id")
        for name in ("name", "description"):
            if name in value:
                check_text(value[name], f"{path}/{name}")
    else:
        check_url(value, path)


def _check_period(credential: Mapping[str, Any], first: str, last: str) -> None:
    start = timestamps.parse(credential[first], f"/{first}") if first in credential else None
    end = timestamps.parse(credential[last], f"/{last}") if last in credential else None
    if start is not None and end is not None and end < start:
        raise RangeError_(f"is before {first}", f"/{last}")


# --- 2.0 only ----------------------------------------------------------------------------------------


def check_name(document: Mapping[str, Any]) -> None:
    """Section "Names and Descriptions": text, possibly with language and direction."""
    if "name" in document:
        check_text(document["name"], "/name")


def check_description(document: Mapping[str, Any]) -> None:
    """Section "Names and Descriptions": as `name`."""
    if "description" in document:
        check_text(document["description"], "/description")


def check_validity_period(credential: Mapping[str, Any]) -> None:
    """Section "Validity Period": points in time with a zone; `validUntil` is not before `validFrom`."""
    _check_period(credential, "validFrom", "validUntil")


def check_status(credential: Mapping[str, Any]) -> None:
    """Section "Status": each entry has a type; an `id` is a URL."""
    typed_objects(credential, "credentialStatus")


def check_refresh_service(credential: Mapping[str, Any]) -> None:
    """Section "Refreshing": each service has a type; an `id` is a URL."""
    typed_objects(credential, "refreshService")


def check_confidence_method(credential: Mapping[str, Any]) -> None:
    """Section "Reserved Extension Points": objects with a type, of the credential and of each subject."""
    typed_objects(credential, "confidenceMethod")
    for subject, path in objects(credential["credentialSubject"], "/credentialSubject"):
        typed_objects(subject, "confidenceMethod", path=path)


def check_render_method(credential: Mapping[str, Any]) -> None:
    """Section "Reserved Extension Points": objects with a type."""
    typed_objects(credential, "renderMethod")


# --- 1.1 only ----------------------------------------------------------------------------------------


def check_issuance_date(credential: Mapping[str, Any]) -> None:
    """1.1 "Issuance Date": must be there and be a point in time."""
    if "issuanceDate" not in credential:
        raise MalformedValue("must have an issuanceDate")
    timestamps.parse(credential["issuanceDate"], "/issuanceDate")


def check_expiration_date(credential: Mapping[str, Any]) -> None:
    """1.1 "Expiration": a point in time, and not before the issuance date."""
    _check_period(credential, "issuanceDate", "expirationDate")


def check_status_v1(credential: Mapping[str, Any]) -> None:
    """1.1 "Status": type and `id` must be there."""
    typed_objects(credential, "credentialStatus", with_id=True)


def check_refresh_service_v1(credential: Mapping[str, Any]) -> None:
    """1.1 "Refreshing": type and `id` must be there."""
    typed_objects(credential, "refreshService", with_id=True)


RULES_V2: Final[tuple[Rule, ...]] = (
    check_context,
    check_identifier,
    check_credential_type,
    check_name,
    check_description,
    check_issuer,
    check_subject,
    check_validity_period,
    check_status,
    check_schema,
    check_refresh_service,
    check_terms_of_use,
    check_evidence,
    check_confidence_method,
    check_render_method,
    check_related_resources,
    check_proof,
)

RULES_V1: Final[tuple[Rule, ...]] = (
    check_context,
    check_identifier,
    check_credential_type,
    check_issuer,
    check_subject,
    check_issuance_date,
    check_expiration_date,
    check_status_v1,
    check_schema,
    check_refresh_service_v1,
    check_terms_of_use,
    check_evidence,
    check_proof,
)


# --- presentations -----------------------------------------------------------------------------------


def check_presentation(presentation: Mapping[str, Any]) -> None:
    """Check a presentation, not the credentials in it.

    Raises:
        MalformedValue
    """
    check_context(presentation)
    check_identifier(presentation)
    check_presentation_type(presentation)
    check_holder(presentation)
    check_presented(presentation)
    check_proof(presentation)


def check_presentation_type(presentation: Mapping[str, Any]) -> None:
    """Section "Types": `VerifiablePresentation`, or `EnvelopedVerifiablePresentation` with a `data:` URL."""
    if "EnvelopedVerifiablePresentation" in list_of(presentation.get("type")):
        _check_enveloped(presentation, "")
    else:
        check_types(presentation, "", required="VerifiablePresentation")


def check_holder(presentation: Mapping[str, Any]) -> None:
    """Section "Verifiable Presentations": a URL, or an object whose `id` is a URL."""
    if "holder" in presentation:
        _check_agent(presentation["holder"], "/holder")


def check_presented(presentation: Mapping[str, Any]) -> None:
    """Section "Verifiable Presentations": objects; an enveloped one is a `data:` URL."""
    if "verifiableCredential" not in presentation:
        return
    if presentation["verifiableCredential"] == []:
        return
    for item, path in objects(presentation["verifiableCredential"], "/verifiableCredential"):
        check_types(item, path)
        if "EnvelopedVerifiableCredential" in list_of(item["type"]):
            _check_enveloped(item, path)


def _check_enveloped(item: Mapping[str, Any], path: str) -> None:
    if "@context" not in item:
        raise MalformedValue("must have an @context", path)
    check_url(item.get("id"), f"{path}/id")
    if not item["id"].startswith("data:"):
        raise MalformedValue("what is enveloped is a data: URL", f"{path}/id")
