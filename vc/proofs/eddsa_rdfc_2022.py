"""eddsa-rdfc-2022 (Data Integrity EdDSA Cryptosuites v1.0, section 3.2)."""

from __future__ import annotations

from did.keys import KeyType
from vc.proofs.suite import RdfcSuite


class EddsaRdfc2022(RdfcSuite):
    """Ed25519 over SHA-256 of canonical N-Quads."""

    name = "eddsa-rdfc-2022"
    key_types = frozenset({KeyType.ED25519})
