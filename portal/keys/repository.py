"""Keys and identities of one tenant."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from did.keys import KeyType
from portal.errors import IdentityNotReady
from portal.keys.models import DidDocumentVersion, IdentityKey, IssuerIdentity, SigningKey


def identity(session: Session, method: str) -> IssuerIdentity:
    """The identity of a DID method (`web` or `ethr`). Raises `IdentityNotReady` when the tenant has none."""
    found = session.scalars(select(IssuerIdentity).where(IssuerIdentity.method == method)).one_or_none()
    if found is None:
        raise IdentityNotReady(f"this tenant has no did:{method} identity (did:ethr needs a chain: see `dcp doctor`)")
    return found


def key_identity(session: Session, key_type: KeyType) -> IssuerIdentity | None:
    """The did:key of a key type, or None while nobody asked for one."""
    return session.scalars(
        select(IssuerIdentity).where(IssuerIdentity.method == "key", IssuerIdentity.key_type == key_type.value)
    ).one_or_none()


def lock_web_identity(session: Session) -> IssuerIdentity:
    """The did:web identity, locked until the transaction ends: keys are added to a tenant one after the other."""
    query = select(IssuerIdentity).where(IssuerIdentity.method == "web").with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def has_assertion_key(session: Session, identity_id: UUID, key_type: KeyType) -> bool:
    return (
        session.scalar(
            select(SigningKey.id)
            .join(IdentityKey, IdentityKey.key_id == SigningKey.id)
            .where(IdentityKey.identity_id == identity_id)
            .where(SigningKey.key_type == key_type.value, SigningKey.state == "active")
            .limit(1)
        )
        is not None
    )


def identities(session: Session) -> Sequence[IssuerIdentity]:
    return session.scalars(select(IssuerIdentity).order_by(IssuerIdentity.created_at)).all()


def require_identity(session: Session, identity_id: UUID) -> IssuerIdentity:
    return session.get_one(IssuerIdentity, identity_id)


def assertion_key(session: Session, identity_id: UUID, key_type: KeyType) -> tuple[SigningKey, str]:
    """The active key of a type and its DID URL in the identity's document. Raises `IdentityNotReady`."""
    row = session.execute(
        select(SigningKey, IdentityKey.verification_method)
        .join(IdentityKey, IdentityKey.key_id == SigningKey.id)
        .where(IdentityKey.identity_id == identity_id)
        .where(SigningKey.key_type == key_type.value, SigningKey.state == "active")
        .order_by(SigningKey.created_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise IdentityNotReady(f"no {key_type.value} key of this identity is published yet; try again in a moment")
    key, verification_method = row
    return key, verification_method


def key_of_type(session: Session, key_type: KeyType) -> SigningKey:
    """The newest active key that is not a did:key of its own."""
    of_did_key = (
        select(IdentityKey.key_id)
        .join(IssuerIdentity, IssuerIdentity.id == IdentityKey.identity_id)
        .where(IssuerIdentity.method == "key")
    )
    return session.scalars(
        select(SigningKey)
        .where(SigningKey.key_type == key_type.value, SigningKey.state == "active")
        .where(SigningKey.id.not_in(of_did_key))
        .order_by(SigningKey.created_at.desc())
        .limit(1)
    ).one()


def newest_document(session: Session, identity_id: UUID) -> DidDocumentVersion | None:
    return session.scalars(
        select(DidDocumentVersion)
        .where(DidDocumentVersion.identity_id == identity_id)
        .order_by(DidDocumentVersion.version.desc())
        .limit(1)
    ).one_or_none()


def next_document_version(session: Session, identity_id: UUID) -> int:
    highest = session.scalar(
        select(func.max(DidDocumentVersion.version)).where(DidDocumentVersion.identity_id == identity_id)
    )
    return (highest or 0) + 1


def keys_of(session: Session, identity_id: UUID) -> Sequence[IdentityKey]:
    return session.scalars(select(IdentityKey).where(IdentityKey.identity_id == identity_id)).all()


def keys_with_places(session: Session, identity_id: UUID) -> list[tuple[SigningKey, IdentityKey]]:
    """Every key an identity ever had, oldest first, with its place in the document."""
    rows = session.execute(
        select(SigningKey, IdentityKey)
        .join(IdentityKey, IdentityKey.key_id == SigningKey.id)
        .where(IdentityKey.identity_id == identity_id)
        .order_by(SigningKey.created_at, SigningKey.id)
    )
    return [(key, place) for key, place in rows]
