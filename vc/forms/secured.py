"""What every form of a credential answers, and what it is given to answer with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography import x509

from vc.jose import ListKeys
from vc.model import Credential
from vc.policy import Policy
from vc.proofs.data_integrity import GetKey
from vc.schema import LoadSchema
from vc.sd_jwt.issuer_key import GetJson
from vc.sd_jwt.type_metadata import GetTypeMetadata
from vc.secured import Form
from vc.status.entry import StatusValue
from vc.status.list_token import FetchToken

FetchStatus = Callable[[str], Mapping[str, Any] | str]
"""The status list at a URL: a credential with its proof, or one as a compact JWS, or 1EdTech's plain list.

Raises `StatusUnavailable`.
"""

Period = tuple[datetime | None, datetime | None]
"""From when and until when; None where nothing is said."""


@dataclass(frozen=True, slots=True)
class Given:
    """What every step of one verification works with."""

    get_key: GetKey
    list_keys: ListKeys
    get_json: GetJson
    fetch_status: FetchStatus
    fetch_status_token: FetchToken
    get_type_metadata: GetTypeMetadata
    trusted_roots: Sequence[x509.Certificate]
    load_schema: LoadSchema | None
    policy: Policy
    now: datetime


class SecuredCredential(Protocol):
    """A credential in one of its forms, read and not yet believed.

    Each `check_…` returns if the rule holds and raises a `VcError` or `DidError` that says why not.
    """

    @property
    def form(self) -> Form: ...

    @property
    def view(self) -> Credential:
        """What it says. For a token that is no VCDM document, its claims."""
        ...

    @property
    def issuer_id(self) -> str | None: ...

    @property
    def types(self) -> tuple[str, ...]:
        """What kinds of credential it says it is."""
        ...

    @property
    def committed(self) -> Mapping[str, Any] | str:
        """What an anchor commits to: the whole document, or the whole token."""
        ...

    def check_structure(self) -> None:
        """The rules of the form and of the credential's type."""
        ...

    def check_issuer(self, given: Given) -> None:
        """The key that it names is one that its issuer publishes for signing credentials."""
        ...

    def check_proof(self, given: Given, anchored_before: datetime | None) -> Mapping[str, Any]:
        """Every signature holds, under a key that was good. Returns what is worth telling about them."""
        ...

    def periods(self) -> Sequence[Period]:
        """All of them must include the time of the verification."""
        ...

    def check_times(self, given: Given) -> None:
        """Whatever else the form says about times."""
        ...

    def statuses(self) -> Sequence[Callable[[Given], StatusValue]]:
        """One question per status entry."""
        ...

    def check_schema(self, given: Given) -> bool:
        """Whether the content fits its description; False where none is named."""
        ...
