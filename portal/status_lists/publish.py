"""The published form of a list: signed where its kind has signatures, kept as a version, a leaf of the next round."""

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from sqlalchemy.orm import Session

from agent.status import build_and_sign_status_list, build_revocation_list, sign_status_list_token
from anchoring.leaf import Kind as LeafKind
from did.keys import KeyType
from portal.anchors.published import add_published_leaf
from portal.db.ids import new_id
from portal.keys import repository as keys
from portal.keys.sd_jwt_identity import sd_jwt_issuer
from portal.keys.service import signer_for
from portal.status_lists import repository
from portal.status_lists.kinds import ONE_ED_TECH_REVOCATION, TOKEN, Kind
from portal.status_lists.models import StatusList, StatusListVersion
from portal.wiring import Node
from vc.status import token_list

TTL_S = 300
"""How long a reader may go on with a list that it has: as `ttl`, and as the HTTP answer's `max-age`."""

TOKEN_LIFE = timedelta(days=14)
RENEWED_AFTER = timedelta(days=7)
_SEALED = "status_lists.sealed_permutation_key"


def seal_list_key(node: Node, list_id: UUID, key: bytes) -> bytes:
    return node.cipher.seal(key, column=_SEALED, row=list_id)


def list_key(node: Node, status_list: StatusList) -> bytes:
    """The secret of one list: its permutation, and the ids in it."""
    return node.cipher.open(status_list.sealed_permutation_key, column=_SEALED, row=status_list.id)


def id_at(key: bytes, index: int) -> str:
    """The `id` of the credential at a place of a list that names ids; without the key one is like another."""
    digest = blake2b(index.to_bytes(8, "big"), key=key, digest_size=16, person=b"dcp status id").digest()
    return UUID(bytes=digest, version=4).urn


def publish(node: Node, session: Session, status_list: StatusList, kind: Kind, *, size: int, now: datetime) -> None:
    """Sign the list as it stands and keep it as the next version. The list must be held."""
    version = StatusListVersion(
        id=new_id(now),
        tenant_id=status_list.tenant_id,
        list_id=status_list.id,
        version=repository.next_version(session, status_list.id),
        data=_signed(node, session, status_list, kind, size=size, now=now.replace(microsecond=0)),
        created_at=now,
    )
    session.add(version)
    add_published_leaf(
        session, LeafKind.STATUS_LIST, tenant_id=version.tenant_id, target_id=version.id, data=version.data, now=now
    )


def _signed(node: Node, session: Session, status_list: StatusList, kind: Kind, *, size: int, now: datetime) -> bytes:
    identity = keys.require_identity(session, status_list.identity_id)
    if kind == ONE_ED_TECH_REVOCATION:
        key = list_key(node, status_list)
        revoked = [id_at(key, index) for index in range(size) if kind.read(status_list.bits, index)]
        return build_revocation_list(status_list.url, issuer_id=identity.did, revoked_ids=revoked)
    if kind == TOKEN:
        # P-256, where there is a choice: ES256 is the one algorithm that every verifier of dc+sd-jwt has.
        signer, _key_id = signer_for(node, session, identity.id, KeyType(identity.key_type or KeyType.P256))
        claims = token_list.build_claims(
            status_list.url,
            data=status_list.bits,
            bits=kind.bits,
            issuer=sd_jwt_issuer(identity),
            issued_at=now,
            expires_at=now + TOKEN_LIFE,
            ttl_s=TTL_S,
        )
        return sign_status_list_token(claims, signer=signer, now=now)
    # A did:key has one key, and its lists are signed with it: a verifier wants the credential's own issuer.
    key_type = KeyType(identity.key_type or KeyType.ED25519)
    signer, _key_id = signer_for(node, session, identity.id, key_type)
    return build_and_sign_status_list(
        status_list.url,
        issuer_id=identity.did,
        purpose=status_list.purpose,
        bits=status_list.bits,
        signer=signer,
        cryptosuite="eddsa-rdfc-2022" if key_type is KeyType.ED25519 else "ecdsa-rdfc-2019",
        now=now,
        valid_until=None,
        ttl_ms=TTL_S * 1000,
    ).data
