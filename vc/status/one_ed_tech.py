"""1EdTech Revocation List Status Method 1.0: a list of the credentials that no longer count.

The list is plain JSON without a signature. Who it speaks for rests on the signed credential, which names its address,
and on the https connection that it comes over. It knows revocation only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from vc.errors import MalformedValue, StatusInvalid
from vc.status.entry import StatusValue

TYPE: Final = "1EdTechRevocationList"
MEDIA_TYPE: Final = "application/json"

_MEMBER = "revokedCredential"
# What some issuers and older validators call it. Not to look there would take a revoked credential for a good one.
_OTHER_MEMBER = "revokedCredentials"


def build_entry(list_url: str) -> dict[str, Any]:
    """A `credentialStatus`. The credential is found in the list by its own `id`, which it must therefore have."""
    return {"id": list_url, "type": TYPE}


def build_list(list_url: str, *, issuer: str, revoked_ids: Iterable[str]) -> dict[str, Any]:
    """The document served at `list_url`. Ids are sorted: their order says nothing about when each was revoked."""
    return {"id": list_url, "issuer": issuer, _MEMBER: [{"id": each, "revoked": True} for each in sorted(revoked_ids)]}


def is_entry(entry: Any) -> bool:
    """Whether this is a `credentialStatus` that `check` can read."""
    return isinstance(entry, Mapping) and entry.get("type") == TYPE


def list_url_of(entry: Mapping[str, Any]) -> str:
    """Where the list is. Raises `MalformedValue` unless it is a web address.

    Whether http is allowed, as on a loopback address, is for the fetcher to say: nothing but TLS protects the list.
    """
    url = entry.get("id")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")) or any(char.isspace() for char in url):
        raise MalformedValue("must be the address of a revocation list", "/id")
    return url


def check(
    entry: Mapping[str, Any], revocation_list: Mapping[str, Any], *, credential_id: Any, issuer: str | None
) -> StatusValue:
    """What a list says about the credential `credential_id` of `issuer`.

    **The caller fetched the list from `list_url_of(entry)` itself**, over https, without following redirects elsewhere.

    Raises:
        MalformedValue: entry, credential or list lack what the method needs.
        StatusInvalid: the list is another list, or another issuer's.
    """
    url = list_url_of(entry)
    if not isinstance(credential_id, str) or not credential_id:
        raise MalformedValue("must be present: the revocation list names credentials by it", "/id")
    if revocation_list.get("id") != url:
        raise StatusInvalid("the revocation list that was served is not the one the credential names")
    listed_issuer = revocation_list.get("issuer")
    if isinstance(listed_issuer, Mapping):
        listed_issuer = listed_issuer.get("id")
    if issuer is None or listed_issuer != issuer:
        raise StatusInvalid("the revocation list is another issuer's")
    is_revoked = credential_id in set(_revoked_ids(revocation_list))
    return StatusValue(purpose="revocation", status=int(is_revoked), message=None, ttl_ms=None)


def _revoked_ids(revocation_list: Mapping[str, Any]) -> Iterable[str]:
    """An item without `revoked`, or with true, is revoked. One that cannot be read spoils the list."""
    if _MEMBER not in revocation_list and _OTHER_MEMBER not in revocation_list:
        raise MalformedValue("must be present", f"/{_MEMBER}")
    for member in (_MEMBER, _OTHER_MEMBER):
        items = revocation_list.get(member, [])
        if isinstance(items, Mapping):
            items = [items]
        if not isinstance(items, list):
            raise MalformedValue("must be a list", f"/{member}")
        for number, item in enumerate(items):
            revoked = item.get("revoked", True) if isinstance(item, Mapping) else None
            if not isinstance(revoked, bool) or not isinstance(item.get("id"), str):
                raise MalformedValue("must have an id and, where it is there, revoked as true or false",
                                     f"/{member}/{number}")  # fmt: skip
            if revoked:
                yield item["id"]
