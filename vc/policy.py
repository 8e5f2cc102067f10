"""What a verifier accepts. Everything that can be decided in more than one way stands here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

ALL_CRYPTOSUITES = frozenset(
    {
        "eddsa-rdfc-2022",
        "eddsa-jcs-2022",
        "ecdsa-rdfc-2019",
        "ecdsa-jcs-2019",
        "ecdsa-sd-2023",
        "Ed25519Signature2020",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The verifier's choices; the defaults suit a public verification page."""

    accepted_cryptosuites: frozenset[str] = ALL_CRYPTOSUITES
    """Cryptosuite names, or the proof type where a suite has no name of its own."""

    clock_skew_s: int = 60
    """How far the clocks of issuer and verifier may be apart."""

    require_status: bool = False
    """Refuse credentials that cannot be revoked."""

    require_schema: bool = False
    """Refuse credentials that name no schema."""

    accepted_status_issuers: frozenset[str] = frozenset()
    """Who besides the credential's own issuer may keep its status list (Bitstring Status List, section 2.2)."""

    @property
    def clock_skew(self) -> timedelta:
        return timedelta(seconds=self.clock_skew_s)
