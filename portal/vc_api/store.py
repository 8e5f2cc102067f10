"""What the VC API issued: stored with its leaf, found by what the client calls it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.issuance.issue import IssuedCredential
from anchoring.leaf import SALT_BYTES, Kind, leaf_hash
from anchoring.merkle import root_of
from portal.anchors.models import Tree
from portal.anchors.proofs import anchor_of_single
from portal.db.ids import new_id
from portal.keys.models import IssuerIdentity
from portal.vc_api.models import VcApiCredential


def add(
    session: Session,
    issued: IssuedCredential,
    *,
    row_id: UUID,
    identity: IssuerIdentity,
    key_id: UUID,
    form: str,
    credential_id: str | None,
    now: datetime,
) -> VcApiCredential:
    """Store a credential with a tree of its own, which the next round takes."""
    salt = secrets.token_bytes(SALT_BYTES)
    root = root_of([leaf_hash(issued.kind, salt, issued.digest)])
    tree = Tree(id=new_id(now), tenant_id=identity.tenant_id, batch_id=None, size=1, root=root, sealed_at=now)
    session.add(tree)
    session.flush()
    row = VcApiCredential(
        id=row_id,
        tenant_id=identity.tenant_id,
        identity_id=identity.id,
        key_id=key_id,
        form=form,
        credential_id=credential_id,
        data=issued.data,
        leaf_kind=int(issued.kind),
        leaf_digest=issued.digest,
        leaf_salt=salt,
        tree_id=tree.id,
        issued_at=now,
    )
    session.add(row)
    session.flush()
    return row


def named(session: Session, credential_id: str, *, for_update: bool = False) -> Sequence[VcApiCredential]:
    """Every credential that the client called so, newest first."""
    query = (
        select(VcApiCredential)
        .where(VcApiCredential.credential_id == credential_id)
        .order_by(VcApiCredential.issued_at.desc(), VcApiCredential.id.desc())
    )
    return session.scalars(query.with_for_update() if for_update else query).all()


def anchor_json(session: Session, row: VcApiCredential) -> dict[str, Any] | None:
    """The anchor proof; None until the credential's tree is in a round, or once its salt was erased."""
    if row.leaf_salt is None:
        return None
    return anchor_of_single(session, row.tree_id, kind=Kind(row.leaf_kind), salt=row.leaf_salt, digest=row.leaf_digest)
