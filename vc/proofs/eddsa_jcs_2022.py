"""eddsa-jcs-2022 (Data Integrity EdDSA Cryptosuites v1.0, section 3.3)."""

from __future__ import annotations

from did.keys import KeyType
from vc.proofs.suite import JcsSuite


class EddsaJcs2022(JcsSuite):
    """Ed25519 over SHA-256 of canonical JSON."""

    name = "eddsa-jcs-2022"
    key_types = frozenset({KeyType.ED25519})
