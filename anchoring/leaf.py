"""What a leaf commits to (anchoring/README.md, "Leaf").

An entry is one byte of kind, 32 bytes of random salt and a 32-byte digest; a leaf hash is the RFC 9162
hash of the entry. Whoever lacks the salt can neither guess a credential from its leaf nor link the two,
so deleting the salt unlinks a person from the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from anchoring.merkle import HASH_BYTES, hash_leaf, root_of

SALT_BYTES: Final = 32
_BATCH_PREFIX: Final = b"\x20"
_MAX_TREE_SIZE: Final = 2**64 - 1


class Kind(IntEnum):
    """The digest's recipe. A number, once given, never changes its meaning."""

    DOCUMENT = 0x01
    """SHA-256 of the JCS (RFC 8785) bytes of the secured document, proofs included."""
    COMPACT_JWS = 0x02
    """SHA-256 of the ASCII bytes of the compact JWS."""
    SD_JWT = 0x03
    """SHA-256 of the issuer-signed JWT, that is of everything before the first `~`."""
    ECDSA_SD = 0x04
    """`ecdsa_sd_digest`."""
    STATUS_LIST = 0x10
    DID_DOCUMENT = 0x11
    AUDIT_HEAD = 0x12

    @property
    def in_batch(self) -> bool:
        """Whether such leaves sit in a batch's tree; the others sit in the round's tree directly."""
        return self < 0x10


def leaf_hash(kind: Kind, salt: bytes, digest: bytes) -> bytes:
    """SHA-256(0x00 ‖ kind ‖ salt ‖ digest)."""
    if len(salt) != SALT_BYTES or len(digest) != HASH_BYTES:
        raise ValueError(f"salt and digest have 32 bytes each, not {len(salt)} and {len(digest)}")
    return hash_leaf(bytes([Kind(kind)]) + salt + digest)


def batch_leaf_hash(tree_size: int, root: bytes) -> bytes:
    """SHA-256(0x00 ‖ 0x20 ‖ u64be(tree_size) ‖ root): a batch's tree as a leaf of the round's tree."""
    if not 1 <= tree_size <= _MAX_TREE_SIZE or len(root) != HASH_BYTES:
        raise ValueError(f"a batch has 1 to 2^64-1 leaves and a root of 32 bytes, not {tree_size} and {len(root)}")
    return hash_leaf(_BATCH_PREFIX + tree_size.to_bytes(8, "big") + root)


def ecdsa_sd_digest(
    *, proof_hash: bytes, public_key: bytes, mandatory_hash: bytes, base_signature: bytes, signatures: Sequence[bytes]
) -> bytes:
    """The digest of kind 4, from the parts of an `ecdsa-sd-2023` base proof.

    SHA-256(proofHash ‖ ephemeral public key ‖ mandatoryHash ‖ baseSignature ‖ S), where S is the RFC 9162 root
    over the statements' signatures in the base proof's order. All parts have fixed lengths. A leaf over the
    base signature alone would be unsound: whoever keeps the ephemeral key could add statements later.
    """
    parts = (proof_hash, public_key, mandatory_hash, base_signature)
    if [len(part) for part in parts] != [32, 35, 32, 64] or any(len(each) != 64 for each in signatures):
        raise ValueError("expected a P-256 base proof: 32, 35, 32, 64 bytes and signatures of 64")
    statements = root_of([hash_leaf(each) for each in signatures]) if signatures else hashlib.sha256().digest()
    return hashlib.sha256(b"".join(parts) + statements).digest()
