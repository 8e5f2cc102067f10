"""ecdsa-rdfc-2019 (Data Integrity ECDSA Cryptosuites v1.0, section 3.2)."""

from __future__ import annotations

from did.keys import KeyType
from vc.proofs.suite import RdfcSuite


class EcdsaRdfc2019(RdfcSuite):
    """P-256 with SHA-256, or P-384 with SHA-384, over canonical N-Quads."""

    name = "ecdsa-rdfc-2019"
    key_types = frozenset({KeyType.P256, KeyType.P384})
