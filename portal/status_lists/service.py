"""Status entries: reserved before a credential is made, set when its award changes, published signed."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from agent.issuance.template_status import StatusSettings
from agent.status import permute
from portal.db.ids import new_id, new_public_id
from portal.errors import SuspensionNotPossible
from portal.keys import repository as keys
from portal.status_lists import decoys, repository
from portal.status_lists.kinds import ONE_ED_TECH_REVOCATION, TOKEN, Kind, kind_of, kinds_for
from portal.status_lists.models import StatusEntry, StatusList
from portal.status_lists.publish import id_at, list_key, publish, seal_list_key
from portal.tenants.repository import add_public
from portal.wiring import Node
from vc.status import bitstring, one_ed_tech, token_list
from vc.status.entry import build_entry

SIZE = bitstring.MINIMUM_ENTRIES
_KEY_SIZE = 32

State = Literal["active", "suspended", "revoked"]


@dataclass(slots=True)
class StatusReference:
    """Where one credential's status stands; a form uses the part that it can hold."""

    entries: list[Mapping[str, Any]] = field(default_factory=list)
    """Members of `credentialStatus`, for forms that are VCDM documents."""
    token: Mapping[str, Any] | None = None
    """The `status` claim, for `dc+sd-jwt`."""
    credential_id: str | None = None
    """The `id` that the credential must have, where its list names ids. It leads nowhere: the list is public, and the
    address of a credential's page is the key to it."""


def reserve(
    node: Node,
    session: Session,
    identity_id: UUID,
    wants: Sequence[tuple[UUID, str, StatusSettings]],
    *,
    now: datetime,
) -> dict[UUID, StatusReference]:
    """Give each credential (id, form, its template's settings) entries of its own, one in each list that it needs.

    The indexes tell nothing about the order of issuing. The lists stay held until the transaction ends, so that two
    workers never take one index. A new list is made, signed and published where the old one is full.
    """
    repository.hold_identities(session, [identity_id])
    by_kind: dict[tuple[str, str], list[UUID]] = {}
    for credential_id, form, settings in wants:
        for kind in kinds_for(form, settings):
            by_kind.setdefault((kind.encoding, kind.purpose), []).append(credential_id)
    for (encoding, purpose), waiting in by_kind.items():
        _take(node, session, identity_id, kind_of(encoding, purpose), waiting, now=now)
    return entries_for(node, session, [credential_id for credential_id, _form, _settings in wants])


def entries_for(node: Node, session: Session, credential_ids: Sequence[UUID]) -> dict[UUID, StatusReference]:
    """What was reserved earlier for these credentials. The entry for revocation comes first."""
    found = repository.entries_of(session, credential_ids)
    lists = repository.lists(session, list({entry.list_id for entry in found}))
    references = {credential_id: StatusReference() for credential_id in credential_ids}
    for entry in sorted(found, key=lambda each: lists[each.list_id].purpose):
        status_list, reference = lists[entry.list_id], references[entry.credential_id]
        kind = kind_of(status_list.encoding, status_list.purpose)
        if kind == TOKEN:
            reference.token = token_list.build_status(status_list.url, entry.index)
        elif kind == ONE_ED_TECH_REVOCATION:
            reference.entries.append(one_ed_tech.build_entry(status_list.url))
            reference.credential_id = id_at(list_key(node, status_list), entry.index)
        else:
            reference.entries.append(build_entry(status_list.url, entry.index, status_list.purpose))
    return references


def set_status(node: Node, session: Session, credential_ids: Sequence[UUID], state: State, *, now: datetime) -> None:
    """Say `state` in all entries of these credentials and publish the lists that changed, all in this transaction.

    Raises:
        SuspensionNotPossible: a credential has no entry that could say so; nothing was changed.
    """
    entries = repository.entries_of(session, credential_ids)
    by_list: dict[UUID, list[int]] = {}
    for entry in entries:
        by_list.setdefault(entry.list_id, []).append(entry.index)
    lists = repository.lists(session, list(by_list))
    kinds = {list_id: kind_of(each.encoding, each.purpose) for list_id, each in lists.items()}
    if state == "suspended":
        able = {entry.credential_id for entry in entries if kinds[entry.list_id].can_suspend}
        if set(credential_ids) - able:
            raise SuspensionNotPossible(
                'the credential has no status entry for suspension: its template\'s member "status" did not have '
                '"purposes": ["revocation", "suspension"] when it was issued. Set it for what is issued from now on; '
                "this one can only be revoked"
            )
    repository.hold_identities(session, sorted({each.identity_id for each in lists.values()}))
    for list_id in sorted(by_list):
        _set(node, session, list_id, kinds[list_id], by_list[list_id], state=state, now=now)


def _set(
    node: Node, session: Session, list_id: UUID, kind: Kind, indexes: Sequence[int], *, state: State, now: datetime
) -> None:
    status_list = repository.locked_list(session, list_id)
    bits = bytearray(status_list.bits)
    for index in indexes:
        kind.write(bits, index, kind.value_of(state))
    if bits == status_list.bits:
        return
    decoys.stir(status_list, kind, bits, list_key(node, status_list), size=SIZE)
    status_list.bits = bytes(bits)
    publish(node, session, status_list, kind, size=SIZE, now=now)


def _take(node: Node, session: Session, identity_id: UUID, kind: Kind, waiting: list[UUID], *, now: datetime) -> None:
    rows: list[dict[str, Any]] = []
    while waiting:
        status_list = repository.open_list(session, identity_id, kind, size=SIZE)
        if status_list is None:
            status_list = _add_list(node, session, identity_id, kind, now=now)
        key = list_key(node, status_list)
        free = SIZE - status_list.decoys - status_list.next_counter
        taken, waiting = waiting[:free], waiting[free:]
        for credential_id in taken:
            rows.append(
                {
                    "list_id": status_list.id,
                    "index": permute(status_list.next_counter, key, SIZE),
                    "tenant_id": status_list.tenant_id,
                    "credential_id": credential_id,
                }
            )
            status_list.next_counter += 1
        session.flush()
    session.execute(insert(StatusEntry), rows)


def _add_list(node: Node, session: Session, identity_id: UUID, kind: Kind, *, now: datetime) -> StatusList:
    identity = keys.require_identity(session, identity_id)
    list_id, public_id, key = new_id(now), new_public_id(), secrets.token_bytes(_KEY_SIZE)
    status_list = StatusList(
        id=list_id,
        tenant_id=identity.tenant_id,
        identity_id=identity_id,
        purpose=kind.purpose,
        encoding=kind.encoding,
        public_id=public_id,
        url=f"{identity.base_url}/status/{public_id}",
        sealed_permutation_key=seal_list_key(node, list_id, key),
        next_counter=0,
        decoys=decoys.first_decoys(SIZE),
        bits=b"",
        created_at=now,
    )
    bits = kind.new_bits(SIZE)
    decoys.plant(status_list, kind, bits, key, size=SIZE)
    status_list.bits = bytes(bits)
    session.add(status_list)
    add_public(session, "status_list", public_id, identity.tenant_id, list_id)
    session.flush()
    publish(node, session, status_list, kind, size=SIZE, now=now)
    return status_list
