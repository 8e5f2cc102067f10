"""Versions of status lists and DID documents as leaves: what was published when can be proved later."""

import hashlib
import json
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from anchoring.leaf import SALT_BYTES, Kind, leaf_hash
from portal.anchors.models import PublishedLeaf
from portal.db.ids import new_id
from vc.canonical import jcs


def add_published_leaf(
    session: Session, kind: Kind, *, tenant_id: UUID, target_id: UUID, data: bytes, now: datetime
) -> None:
    """Add the leaf of a version, in the transaction that stores the version.

    The digest is SHA-256 of the JCS bytes of the published JSON, proofs included; of a signed token, which is no JSON,
    SHA-256 of its bytes.
    """
    committed = jcs.canonicalize(json.loads(data)) if data.startswith(b"{") else data
    digest = hashlib.sha256(committed).digest()
    salt = secrets.token_bytes(SALT_BYTES)
    session.add(
        PublishedLeaf(
            id=new_id(now),
            tenant_id=tenant_id,
            kind=int(kind),
            target_id=target_id,
            digest=digest,
            salt=salt,
            leaf_hash=leaf_hash(kind, salt, digest),
            created_at=now,
        )
    )
