"""`ldp_vc`: a document with Data Integrity proofs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vc.errors import IssuerMismatch, MalformedValue
from vc.forms.document import Read, check_rules, check_schemas, status_questions
from vc.forms.secured import Given, Period
from vc.model import Credential
from vc.proofs.data_integrity import ASSERTION_METHOD, check_method, verify_proofs
from vc.proofs.proof import controller_of, proofs_of
from vc.secured import Form
from vc.status.entry import StatusValue


@dataclass(frozen=True, slots=True)
class DataIntegrityCredential:
    """Implements `SecuredCredential`. `read` reads the status lists that it names."""

    view: Credential
    read: Read

    @property
    def form(self) -> Form:
        return Form.LDP_VC

    @property
    def issuer_id(self) -> str | None:
        return self.view.issuer_id

    @property
    def types(self) -> tuple[str, ...]:
        return self.view.types

    @property
    def committed(self) -> Mapping[str, Any]:
        return self.view.json

    def check_structure(self) -> None:
        check_rules(self.view.json)

    def check_issuer(self, given: Given) -> None:
        """At least one proof names a key of the issuer, and each such key is there, under `assertionMethod`."""
        issuer = _issuer_of(self.view)
        urls = [proof["verificationMethod"] for proof in proofs_of(self.view.json)]
        own = [url for url in urls if controller_of(url) == issuer]
        if not own:
            raise IssuerMismatch(issuer, tuple(controller_of(url) for url in urls))
        for url in own:
            check_method(given.get_key(url, ASSERTION_METHOD), url)

    def check_proof(self, given: Given, anchored_before: datetime | None) -> Mapping[str, Any]:
        verified = verify_proofs(
            self.view.json,
            get_key=given.get_key,
            now=given.now,
            expected_purpose=ASSERTION_METHOD,
            accepted_cryptosuites=given.policy.accepted_cryptosuites,
            clock_skew=given.policy.clock_skew,
            anchored_before=anchored_before,
        )
        return {"cryptosuites": [proof.cryptosuite for proof in verified]}

    def periods(self) -> Sequence[Period]:
        return [(self.view.valid_from, self.view.valid_until)]

    def check_times(self, given: Given) -> None:
        """The proofs' own times are checked with the proofs."""

    def statuses(self) -> Sequence[Callable[[Given], StatusValue]]:
        return status_questions(self.view, self.read)

    def check_schema(self, given: Given) -> bool:
        return check_schemas(self.view.json, given)


def _issuer_of(view: Credential) -> str:
    if view.issuer_id is None:
        raise MalformedValue("must name the issuer", "/issuer")
    return view.issuer_id
