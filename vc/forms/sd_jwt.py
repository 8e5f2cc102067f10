"""`dc+sd-jwt`: an SD-JWT VC, with or without the holder's key binding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from did.jose import SD_JWT_VC, check_times, verify_compact
from did.keys import PublicKey
from vc.errors import CertificateUnknown, StatusIssuerDiffers, StatusNotReadable
from vc.forms.jose import period_of
from vc.forms.secured import Given, Period
from vc.model import Credential
from vc.sd_jwt import key_binding, type_metadata
from vc.sd_jwt.errors import TypeMetadataUnavailable
from vc.sd_jwt.issuer_key import IssuerKeys, VerifiedIssuer, find_key, key_by_metadata
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import SdJwtCredential, check_protected, check_type
from vc.secured import Form
from vc.status.entry import StatusValue
from vc.status.list_token import KeyOfList, ListToken, check_status_claim, key_by_did


@dataclass(frozen=True, slots=True)
class SdJwtVc:
    """Implements `SecuredCredential`. `binding` is what the holder was asked for; None where nobody asked."""

    token: SdJwtCredential
    binding: ExpectedBinding | None = None

    @property
    def form(self) -> Form:
        return Form.SD_JWT_VC

    @property
    def view(self) -> Credential:
        return Credential(self.token.claims)

    @property
    def issuer_id(self) -> str | None:
        return self.token.issuer

    @property
    def types(self) -> tuple[str, ...]:
        return (self.token.vct,)

    @property
    def committed(self) -> str:
        return self.token.text

    def check_structure(self) -> None:
        """Section 7.1's other rules were those of reading; these two are repeated, as a verdict rests on them."""
        check_protected(self.token.payload, self.token.claims)
        check_type(self.token.claims)

    def check_issuer(self, given: Given) -> None:
        # Whether the key was compromised is a matter of the proof.
        self._key(given, datetime.min.replace(tzinfo=given.now.tzinfo))

    def check_proof(self, given: Given, anchored_before: datetime | None) -> Mapping[str, Any]:
        found = self._key(given, anchored_before)
        verify_compact(self.token.jws, found.key, SD_JWT_VC)
        key_binding.check(self.token, self.binding, now=given.now, clock_skew_s=given.policy.clock_skew_s)
        return {
            "algorithm": self.token.header.get("alg"),
            "disclosed": len(self.token.disclosures),
            "keyBinding": self.token.key_binding is not None,
        }

    def periods(self) -> Sequence[Period]:
        return [period_of(self.token.claims)]

    def check_times(self, given: Given) -> None:
        check_times(self.token.claims, given.now, given.policy.clock_skew_s, SD_JWT_VC)

    def statuses(self) -> Sequence[Callable[[Given], StatusValue]]:
        return [partial(_status, self.token)] if "status" in self.token.claims else []

    def check_schema(self, given: Given) -> bool:
        """The metadata of the type is the one that the issuer fixed with `vct#integrity`."""
        integrity = self.token.claims.get("vct#integrity")
        if integrity is None:
            return False
        type_metadata.load(self.token.vct, integrity=integrity, get_metadata=given.get_type_metadata)
        return True

    def _key(self, given: Given, anchored_before: datetime | None) -> VerifiedIssuer:
        # The issuer says that a certificate shows its key. Another way to the key would not be its word on that.
        if "x5c" in self.token.header and not given.trusted_roots:
            raise CertificateUnknown("the key is shown by a certificate, and no trusted roots are configured")
        keys = IssuerKeys(given.get_key, given.get_json, given.trusted_roots)
        return find_key(self.token, keys=keys, now=given.now, anchored_before=anchored_before)


def no_type_metadata(vct: str) -> bytes:
    """For verifiers that look no types up."""
    raise TypeMetadataUnavailable(f"the metadata of {vct[:200]} is not looked up here")


def _status(token: SdJwtCredential, given: Given) -> StatusValue:
    status = token.claims["status"]
    if isinstance(status, Mapping) and "status_list" not in status:
        raise StatusNotReadable(f"status by {', '.join(sorted(map(str, status)))[:100]}")
    return check_status_claim(
        status,
        fetch_token=given.fetch_status_token,
        key_of=_key_of_list(token, given),
        now=given.now,
        clock_skew_s=given.policy.clock_skew_s,
    )


def _key_of_list(token: SdJwtCredential, given: Given) -> KeyOfList:
    """Keys are found for the status list as they are for the credential: its issuer vouches for both."""
    issuer = token.issuer
    accepted = given.policy.accepted_status_issuers
    by_did = key_by_did(issuer, get_key=given.get_key, accepted_issuers=accepted)
    if issuer is None or issuer.startswith("did:"):
        return by_did

    def by_metadata(listed: ListToken) -> PublicKey:
        if listed.issuer in accepted:
            return by_did(listed)
        named = listed.claims.get("iss", issuer)
        if named != issuer:
            raise StatusIssuerDiffers(str(named)[:200])
        return key_by_metadata(issuer, listed.jws.kid, given.get_json)

    return by_metadata
