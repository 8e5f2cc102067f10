"""What a credential's leaf commits to (architecture, decision 7; anchoring/README.md, "Leaf")."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anchoring.leaf import Kind
from vc.canonical import jcs


@dataclass(frozen=True, slots=True)
class Commitment:
    """`digest`: 32 bytes, made by the recipe that `kind` names."""

    kind: Kind
    digest: bytes


def commitment_of(credential: Mapping[str, Any] | str) -> Commitment:
    """Of a document with its proofs, a compact JWS, or an SD-JWT in whatever presentation.

    An SD-JWT counts up to its first `~`, so that it is the same one whatever its holder discloses.

    Raises:
        VcError: the document has no canonical form.
    """
    if not isinstance(credential, str):
        return Commitment(Kind.DOCUMENT, hashlib.sha256(jcs.canonicalize(credential)).digest())
    signed, tilde, _disclosures = credential.partition("~")
    kind = Kind.SD_JWT if tilde else Kind.COMPACT_JWS
    # What is no ASCII is no token; its digest then is simply that of no leaf.
    return Commitment(kind, hashlib.sha256(signed.encode("utf-8", "surrogatepass")).digest())
