"""From the URL of a verification method to its key (Controlled Identifiers 1.0, section 3.3).

A key is found under a DID URL, or under an https URL as Open Badges use them. What stands at the
https URL is one of:

- a controlled identifier document with the method in it;
- the method itself, a Multikey or JsonWebKey document: its controller's own document must list it;
- a JWK, or a JWK Set with the key's `kid` as the fragment: the controller is the URL itself.

Whoever calls compares the method's `controller` with the issuer. All three forms make sure that the
controller named there is the one who published the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from did.document import DidDocument, Relationship, VerificationMethod, read_method
from did.errors import (
    DidNotFound,
    InvalidDidUrl,
    InvalidPublicKey,
    InvalidVerificationMethod,
    KeyNotAuthorized,
    KeyNotFound,
)
from did.fetch import Fetch, Response
from did.jwk import public_key_of
from did.resolver import Resolver
from did.strict_json import parse_object
from did.url import DidUrl

ACCEPT = (
    "application/cid, application/did, application/ld+json, application/jwk-set+json, application/jwk+json, */*;q=0.1"
)
MAX_BYTES = 256_000


def dereference_key(url: str, relationship: Relationship, *, resolver: Resolver, fetch: Fetch) -> VerificationMethod:
    """The verification method `url`, authorized for `relationship` by its controller.

    Redirects are not followed: the one who is named must be the one who answers.

    Raises:
        InvalidDidUrl: neither a DID URL with a fragment nor an https URL.
        KeyNotFound, KeyNotAuthorized, InvalidPublicKey, InvalidVerificationMethod: the key is not usable.
        InvalidDidDocument, FetchRefused: its document is not acceptable.
        ResolutionUnavailable: nobody answered.
    """
    relationship = Relationship(relationship)
    if url.startswith("did:"):
        return _under_a_did(url, relationship, resolver)
    if url.startswith(("https://", "http://")):
        return _under_a_web_url(url, relationship, resolver, fetch)
    raise InvalidDidUrl(f"{url[:200]!r} is neither a DID URL nor an https URL")


def _under_a_did(url: str, relationship: Relationship, resolver: Resolver) -> VerificationMethod:
    # 1-3: the URL, without and with its fragment. A path or query is no part of a method's id.
    parsed = DidUrl.parse(url)
    if not parsed.fragment or parsed.path or parsed.query is not None:
        raise InvalidDidUrl(f"{url[:200]!r} does not name a verification method")
    # 4-6: the document, which is the one of this DID.
    document = resolver.require_document(str(parsed.did))
    # 7-11: the method in it.
    return document.require_method(url, relationship)


def _under_a_web_url(url: str, relationship: Relationship, resolver: Resolver, fetch: Fetch) -> VerificationMethod:
    base, _, fragment = url.partition("#")
    json = _fetch_object(base, fetch)
    if "keys" in json or "kty" in json:
        return _from_jwks(json, url, base, fragment, relationship)
    if json.get("id") == url and any(name.startswith("publicKey") for name in json):
        return _from_method(json, url, relationship, resolver, fetch)
    return DidDocument.parse(json, base).require_method(url, relationship)


def _fetch_object(url: str, fetch: Fetch) -> dict[str, Any]:
    response: Response = fetch(url, accept=ACCEPT, max_bytes=MAX_BYTES, max_redirects=0)
    try:
        return parse_object(response.require_body())
    except DidNotFound as error:
        raise KeyNotFound(f"there is nothing at {url}") from error


def _from_method(
    json: Mapping[str, Any],
    url: str,
    relationship: Relationship,
    resolver: Resolver,
    fetch: Fetch,
) -> VerificationMethod:
    """A method that stands alone: its controller must say that it is theirs."""
    method = read_method(json, url)
    controller = method.controller
    if controller.startswith("did:"):
        document = resolver.require_document(controller)
    elif controller.startswith("https://") and "#" not in controller and controller != url:
        document = DidDocument.parse(_fetch_object(controller, fetch), controller)
    else:
        raise InvalidVerificationMethod(f"{url} names no controller whose document could list it")
    if not document.lists(url, relationship):
        raise KeyNotAuthorized(f"{controller} does not list {url} under {relationship}")
    # Where the document shows the method too, both must be the same.
    shown = document.find_method(url)
    if shown is not None and shown != method:
        raise InvalidVerificationMethod(f"{url} is one key alone and another in the document of {controller}")
    return method


def _from_jwks(
    json: Mapping[str, Any], url: str, base: str, fragment: str, relationship: Relationship
) -> VerificationMethod:
    """A bare JWK says nothing about relationships; it serves assertions, what issuers publish keys for."""
    keys = json.get("keys", [json])
    if not isinstance(keys, list):
        raise InvalidPublicKey(f"{base}: keys is not a list")
    names = (fragment, url) if fragment else (url,)
    found = [key for key in keys if isinstance(key, Mapping) and key.get("kid") in names]
    if not found:
        raise KeyNotFound(f"{base} has no key {fragment or url}")
    if len(found) > 1:
        raise InvalidVerificationMethod(f"{base} has two keys {fragment or url}")
    jwk = found[0]
    operations = jwk.get("key_ops", ["verify"])
    if relationship is not Relationship.ASSERTION_METHOD or jwk.get("use", "sig") != "sig" or operations != ["verify"]:
        raise KeyNotAuthorized(f"{url} is not a key for {relationship}")
    return VerificationMethod(id=url, type="JsonWebKey", controller=base, public_key=public_key_of(jwk))
