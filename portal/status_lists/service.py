"""Status entries: reserved before a credential is made, set when its award is revoked, published signed."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from agent.status import build_and_sign_status_list, permute
from anchoring.leaf import Kind
from portal.anchors.published import add_published_leaf
from portal.db.ids import new_id, new_public_id
from portal.keys import repository as keys
from portal.keys.service import signer_for
from portal.status_lists import repository
from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion
from portal.tenants.repository import add_public
from portal.wiring import Node
from vc.status import bitstring
from vc.status.entry import build_entry

SIZE = bitstring.MINIMUM_ENTRIES
_PURPOSE = "revocation"
_TTL_MS = 300_000
_SEALED = "status_lists.sealed_permutation_key"
_KEY_SIZE = 32


def reserve(
    node: Node, session: Session, identity_id: UUID, credential_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, Mapping[str, Any]]:
    """Give each credential an entry of its own, at an index that tells nothing about its order.

    The list's row stays locked until the transaction ends, so that two workers never take one index. A new list is
    made, signed and published when the old one is full.
    """
    entries: dict[UUID, Mapping[str, Any]] = {}
    waiting = list(credential_ids)
    while waiting:
        status_list = repository.open_list(session, identity_id, _PURPOSE, size=SIZE)
        if status_list is None:
            status_list = _add_list(node, session, identity_id, now=now)
        key = node.cipher.open(status_list.sealed_permutation_key, column=_SEALED, row=status_list.id)
        taken, waiting = waiting[: SIZE - status_list.next_counter], waiting[SIZE - status_list.next_counter :]
        for credential_id in taken:
            index = permute(status_list.next_counter, key, SIZE)
            status_list.next_counter += 1
            session.add(
                StatusEntry(
                    list_id=status_list.id, index=index, tenant_id=status_list.tenant_id, credential_id=credential_id
                )
            )
            entries[credential_id] = build_entry(status_list.url, index, _PURPOSE)
        session.flush()
    return entries


def entries_for(session: Session, credential_ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """The entries reserved earlier for these credentials."""
    found = repository.entries_of(session, list(credential_ids))
    urls = {list_id: session.get_one(StatusList, list_id).url for list_id in {entry.list_id for entry in found}}
    return {entry.credential_id: build_entry(urls[entry.list_id], entry.index, _PURPOSE) for entry in found}


def set_entries(node: Node, session: Session, credential_ids: Sequence[UUID], *, value: bool, now: datetime) -> None:
    """Set the entries of credentials and publish the lists they are in, all in this transaction."""
    by_list: dict[UUID, list[int]] = {}
    for entry in repository.entries_of(session, list(credential_ids)):
        by_list.setdefault(entry.list_id, []).append(entry.index)
    for list_id in sorted(by_list):  # one order for all, so that two revocations cannot wait for each other
        status_list = repository.locked_list(session, list_id)
        bits = bytearray(status_list.bits)
        for index in by_list[list_id]:
            bitstring.set_(bits, index, value)
        status_list.bits = bytes(bits)
        _publish(node, session, status_list, now=now)


def _add_list(node: Node, session: Session, identity_id: UUID, *, now: datetime) -> StatusList:
    identity = keys.require_identity(session, identity_id)
    list_id, public_id = new_id(now), new_public_id()
    status_list = StatusList(
        id=list_id,
        tenant_id=identity.tenant_id,
        identity_id=identity_id,
        purpose=_PURPOSE,
        encoding="bitstring",
        public_id=public_id,
        url=f"{identity.base_url}/status/{public_id}",
        sealed_permutation_key=node.cipher.seal(secrets.token_bytes(_KEY_SIZE), column=_SEALED, row=list_id),
        next_counter=0,
        bits=bytes(bitstring.new_list(SIZE)),
        created_at=now,
    )
    session.add(status_list)
    add_public(session, "status_list", public_id, identity.tenant_id, list_id)
    session.flush()
    _publish(node, session, status_list, now=now)
    return status_list


def _publish(node: Node, session: Session, status_list: StatusList, *, now: datetime) -> None:
    """Sign the list as it stands and keep it as the next version."""
    identity = keys.require_identity(session, status_list.identity_id)
    signer, _key_id = signer_for(node, session, identity.id)
    issued = build_and_sign_status_list(
        status_list.url,
        issuer_id=identity.did,
        purpose=status_list.purpose,
        bits=status_list.bits,
        signer=signer,
        cryptosuite="eddsa-rdfc-2022",
        now=now.replace(microsecond=0),
        valid_until=None,
        ttl_ms=_TTL_MS,
    )
    version = StatusListVersion(
        id=new_id(now),
        tenant_id=status_list.tenant_id,
        list_id=status_list.id,
        version=repository.next_version(session, status_list.id),
        data=issued.data,
        created_at=now,
    )
    session.add(version)
    add_published_leaf(
        session, Kind.STATUS_LIST, tenant_id=version.tenant_id, target_id=version.id, data=version.data, now=now
    )
