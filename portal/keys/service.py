"""A tenant's keys and DIDs: made together, published, turned into signers."""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from agent.keys.local import LocalSigner, generate_private_key, public_key_of_private
from anchoring.leaf import Kind
from did.document import Relationship
from did.errors import DidError
from did.keys import KeyType, PublicKey
from did.methods import erc1056
from did.methods.ethr import did_of as did_ethr_of
from did.methods.ethr import identity_of
from did.methods.key import did_of as did_key_of
from did.methods.web import PublishedKey, build_document, did_of
from did.multikey import encode_multikey
from did.url import Did
from portal.anchors.published import add_published_leaf
from portal.db.ids import new_id
from portal.db.session import after_commit, tenant_session
from portal.errors import ChainUnreachable
from portal.keys import repository
from portal.keys.models import DidDocumentVersion, IdentityKey, IssuerIdentity, SigningKey
from portal.wiring import Node

_WRAPPED = "signing_keys.wrapped"
_ASSERTION_TYPES = (KeyType.ED25519, KeyType.P256)
_PUBLISH_TIMEOUT_S = 60.0


def add_keys_and_identities(node: Node, session: Session, *, tenant_id: UUID, slug: str, now: datetime) -> None:
    """Make an Ed25519, a P-256 and a secp256k1 key, the did:web identity and, with a chain, the did:ethr one.

    The origin of this moment is stored with the identity and never computed again (decision 14).
    """
    keys = {kind: _add_key(node, session, tenant_id, kind, now) for kind in (*_ASSERTION_TYPES, KeyType.SECP256K1)}
    session.flush()
    base_url = f"{node.origin}/t/{slug}"
    web = IssuerIdentity(
        id=new_id(now), tenant_id=tenant_id, method="web", did=did_of(base_url), base_url=base_url,
        created_at=now, published_at=now,
    )  # fmt: skip
    session.add(web)
    session.flush()
    for kind in _ASSERTION_TYPES:
        key = keys[kind]
        fragment = encode_multikey(PublicKey(kind, key.public_key))
        _add_identity_key(session, web, key.id, f"{web.did}#{fragment}", now)
    session.flush()
    publish_web_document(node, session, web, now=now)
    if node.chain is not None and node.settings.did_registry is not None:
        owner = erc1056.address_of(PublicKey(KeyType.SECP256K1, keys[KeyType.SECP256K1].public_key))
        did = did_ethr_of(owner, node.chain.chain_id)
        ethr = IssuerIdentity(
            id=new_id(now), tenant_id=tenant_id, method="ethr", did=did, base_url=base_url, created_at=now,
            published_at=None,
        )  # fmt: skip
        session.add(ethr)


def ensure_key(node: Node, tenant_id: UUID, method: str, key_type: KeyType, *, now: datetime) -> UUID:
    """The id of the tenant's identity under `method` (`web` or `key`) that can sign with a key of this type.

    A key that the tenant does not have yet is made: it joins the did:web document as its next version, or becomes a
    did:key of its own, which no rotation of the other keys touches. One unit of work, committed before anything is
    signed with it; of two callers at once the second finds what the first made.
    """
    with tenant_session(node.app_engine, tenant_id) as session:
        identity = repository.identity(session, "web") if method == "web" else None
        known = identity or repository.key_identity(session, key_type)
        if known is not None and repository.has_assertion_key(session, known.id, key_type):
            return known.id
    with tenant_session(node.app_engine, tenant_id) as session:
        web = repository.lock_web_identity(session)
        if method == "key":
            return _ensure_key_identity(node, session, web, key_type, now=now).id
        if not repository.has_assertion_key(session, web.id, key_type):
            key = _add_key(node, session, tenant_id, key_type, now)
            session.flush()
            fragment = encode_multikey(PublicKey(key_type, key.public_key))
            _add_identity_key(session, web, key.id, f"{web.did}#{fragment}", now)
            session.flush()
            publish_web_document(node, session, web, now=now)
            # Whoever of this process verifies next sees the key.
            after_commit(session, lambda: node.resolver.forget(web.did))
        return web.id


def _ensure_key_identity(
    node: Node, session: Session, web: IssuerIdentity, key_type: KeyType, *, now: datetime
) -> IssuerIdentity:
    known = repository.key_identity(session, key_type)
    if known is not None:
        return known
    key = _add_key(node, session, web.tenant_id, key_type, now)
    session.flush()
    did = did_key_of(PublicKey(key_type, key.public_key))
    identity = IssuerIdentity(
        id=new_id(now), tenant_id=web.tenant_id, method="key", did=did, base_url=web.base_url, created_at=now,
        published_at=now, key_type=key_type.value,
    )  # fmt: skip
    session.add(identity)
    session.flush()
    _add_identity_key(session, identity, key.id, f"{did}#{did.removeprefix('did:key:')}", now)
    return identity


def publish_web_document(node: Node, session: Session, identity: IssuerIdentity, *, now: datetime) -> None:
    """Store the next version of a did:web document. Every key that ever signed stays in it."""
    published = []
    for key, place in repository.keys_with_places(session, identity.id):
        published.append(
            PublishedKey(
                fragment=place.verification_method.partition("#")[2],
                public_key=PublicKey(KeyType(key.key_type), key.public_key),
                relationships=(Relationship.ASSERTION_METHOD, Relationship.AUTHENTICATION),
                revoked_at=key.compromised_at,
            )
        )
    aliases = []
    if node.chain is not None and node.chain.account is not None:
        # Names the account whose anchors are this issuer's (decision 8).
        aliases.append(f"did:pkh:eip155:{node.chain.chain_id}:{node.chain.account}")
    document = build_document(identity.did, published, also_known_as=aliases)
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    version = DidDocumentVersion(
        id=new_id(now),
        tenant_id=identity.tenant_id,
        identity_id=identity.id,
        version=repository.next_document_version(session, identity.id),
        data=data,
        created_at=now,
    )
    session.add(version)
    add_published_leaf(
        session, Kind.DID_DOCUMENT, tenant_id=version.tenant_id, target_id=version.id, data=data, now=now
    )


def publish_ethr_identity(node: Node, tenant_id: UUID, *, now: datetime) -> bool:
    """Put the assertion keys of a did:ethr identity on chain and note under which DID URLs they stand.

    Safe to repeat: what the chain already shows is not set again, since that would renumber `#delegate-N`
    (decision 15). The owner's nonce is read before the document, so if another process publishes at the same moment,
    the registry refuses one of the two. Returns False where there is no chain or no such identity.

    Raises:
        ChainUnreachable, AnchoringError: ask again later; nothing is lost.
    """
    if node.chain is None or node.settings.did_registry is None:
        return False
    chain, registry = node.chain, node.settings.did_registry
    with tenant_session(node.app_engine, tenant_id) as session:
        identity = next((each for each in repository.identities(session) if each.method == "ethr"), None)
        if identity is None:
            return False
        owner = repository.key_of_type(session, KeyType.SECP256K1)
        keys = [repository.key_of_type(session, kind) for kind in _ASSERTION_TYPES]
    account = identity_of(Did.parse(identity.did))
    private = node.cipher.open(owner.wrapped, column=_WRAPPED, row=owner.id)
    nonce = erc1056.read_nonce(chain.rpc, registry, account)
    missing = [key for key in keys if key.public_key not in _places_on_chain(node, identity.did)]
    for key in missing:
        attribute = erc1056.key_attribute(PublicKey(KeyType(key.key_type), key.public_key))
        call = erc1056.relay_set_attribute(
            private, registry=registry, identity=account, attribute=attribute, nonce=nonce
        )
        chain.wait(chain.send_call(registry, call), timeout_s=_PUBLISH_TIMEOUT_S, sleep=node.sleep)
        nonce += 1
    places = _places_on_chain(node, identity.did)
    with tenant_session(node.app_engine, tenant_id) as session:
        _note_places(session, identity.id, {key.id: places[key.public_key] for key in keys}, now=now)
    return True


def _note_places(session: Session, identity_id: UUID, places: dict[UUID, str], *, now: datetime) -> None:
    identity = repository.require_identity(session, identity_id)
    existing = {row.key_id for row in repository.keys_of(session, identity_id)}
    for key_id, url in places.items():
        if key_id not in existing:
            _add_identity_key(session, identity, key_id, url, now)
    identity.published_at = identity.published_at or now


def signer_for(
    node: Node, session: Session, identity_id: UUID, key_type: KeyType = KeyType.ED25519
) -> tuple[LocalSigner, UUID]:
    """The signer of an identity's active key, and the key's id. Raises `IdentityNotReady`."""
    key, verification_method = repository.assertion_key(session, identity_id, key_type)
    private = node.cipher.open(key.wrapped, column=_WRAPPED, row=key.id)
    return LocalSigner(private, key_type, verification_method), key.id


def _places_on_chain(node: Node, did: str) -> dict[bytes, str]:
    """Raw public key → DID URL, as the chain shows it now."""
    node.resolver.forget(did)
    try:
        document = node.resolver.require_document(did)
    except DidError as error:
        raise ChainUnreachable(f"the chain does not answer about {did}: {error}") from error
    return {method.public_key.raw: method.id for method in document.methods(Relationship.ASSERTION_METHOD)}


def _add_key(node: Node, session: Session, tenant_id: UUID, kind: KeyType, now: datetime) -> SigningKey:
    private = generate_private_key(kind)
    key_id = new_id(now)
    key = SigningKey(
        id=key_id,
        tenant_id=tenant_id,
        key_type=kind.value,
        public_key=public_key_of_private(private, kind).raw,
        wrapped=node.cipher.seal(private, column=_WRAPPED, row=key_id),
        state="active",
        created_at=now,
    )
    session.add(key)
    return key


def _add_identity_key(session: Session, identity: IssuerIdentity, key_id: UUID, url: str, now: datetime) -> None:
    session.add(
        IdentityKey(
            id=new_id(now), tenant_id=identity.tenant_id, identity_id=identity.id, key_id=key_id,
            verification_method=url, relationship="assertionMethod",
        )
    )  # fmt: skip
