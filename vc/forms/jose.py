"""`vc+jwt`, `jwt_vc_json` and `ob-jwt`: a credential that is a JWT."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from did.jose import check_times
from vc.forms.document import Read, check_rules, check_schemas, status_questions
from vc.forms.secured import Given, Period
from vc.jose import JwtCredential, find_method, verify_signature
from vc.jose.claims import Said, check_agreement
from vc.model import Credential
from vc.secured import Form
from vc.status.entry import StatusValue


@dataclass(frozen=True, slots=True)
class JoseCredential:
    """Implements `SecuredCredential`. `read` reads the status lists that it names."""

    token: JwtCredential
    read: Read

    @property
    def form(self) -> Form:
        return self.token.form

    @property
    def view(self) -> Credential:
        return Credential(self.token.document)

    @property
    def issuer_id(self) -> str | None:
        return self.token.issuer

    @property
    def types(self) -> tuple[str, ...]:
        return self.view.types

    @property
    def committed(self) -> str:
        return self.token.token

    def check_structure(self) -> None:
        """The claims around the credential say what it says, and it keeps the rules of its type."""
        check_agreement(Said(self.token.form, self.token.claims, self.token.document))
        check_rules(self.token.document)

    def check_issuer(self, given: Given) -> None:
        find_method(self.token, get_key=given.get_key, list_keys=given.list_keys)

    def check_proof(self, given: Given, anchored_before: datetime | None) -> Mapping[str, Any]:
        verify_signature(
            self.token,
            get_key=given.get_key,
            list_keys=given.list_keys,
            now=given.now,
            anchored_before=anchored_before,
        )
        return {"algorithm": self.token.header.get("alg")}

    def periods(self) -> Sequence[Period]:
        """The credential's own, and that of the token around it."""
        return [(self.view.valid_from, self.view.valid_until), period_of(self.token.claims)]

    def check_times(self, given: Given) -> None:
        check_times(self.token.claims, given.now, given.policy.clock_skew_s, self.token.profile)

    def statuses(self) -> Sequence[Callable[[Given], StatusValue]]:
        return status_questions(self.view, self.read)

    def check_schema(self, given: Given) -> bool:
        return check_schemas(self.view.json, given)


def period_of(claims: Mapping[str, Any]) -> Period:
    """`nbf` and `exp`, which whoever read the claims has checked to be times."""
    start, end = (
        datetime.fromtimestamp(claims[name], UTC) if isinstance(claims.get(name), int | float) else None
        for name in ("nbf", "exp")
    )
    return start, end
