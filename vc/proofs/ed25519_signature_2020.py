"""Ed25519Signature2020 (Data Integrity EdDSA Cryptosuites v1.0, appendix "Ed25519Signature2020").

The older type: the same bytes as eddsa-rdfc-2022, named by the proof's `type` and without a cryptosuite
member. Much of the education world reads only this one.
"""

from __future__ import annotations

from did.keys import KeyType
from vc.proofs.suite import RdfcSuite

_CONTEXT = "https://w3id.org/security/suites/ed25519-2020/v1"


class Ed25519Signature2020(RdfcSuite):
    """Ed25519 over SHA-256 of canonical N-Quads."""

    name = "Ed25519Signature2020"
    proof_type = "Ed25519Signature2020"
    key_types = frozenset({KeyType.ED25519})
    contexts = frozenset({_CONTEXT})
    added_context = _CONTEXT
