"""The credentials and worlds of `tests/attacks/issuer_mismatches.py`, built."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from did.errors import DidDeactivated
from did.keys import KeyType
from tests.vc.world import CREATED, CREDENTIAL, ISSUER, KeyPair, World, document_of, method_of
from vc.proofs import CRYPTOSUITES
from vc.proofs.data_integrity import add_proof
from vc.proofs.suite import InputDocument

MALLORY = "did:web:mallory.example"

Build = Callable[[World], dict[str, Any]]


def signed_by(url: str, *, issuer: Any = None) -> Build:
    """A credential of `issuer` (or the university), signed with a key that `url` names in its own document."""

    def build(world: World) -> dict[str, Any]:
        pair = world.add(KeyPair(url))
        named = ISSUER if issuer is None else issuer
        # The status is the university's business; here the question is who signed.
        return add_proof({**_plain(), "issuer": named}, signer=pair, cryptosuite="eddsa-rdfc-2022", created=CREATED)

    return build


def unpublished(url: str) -> Build:
    """Signed in the university's name, under a URL that its document does not know."""

    def build(world: World) -> dict[str, Any]:
        return add_proof(_plain(), signer=KeyPair(url), cryptosuite="eddsa-rdfc-2022", created=CREATED)

    return build


def _plain() -> dict[str, Any]:
    return {name: value for name, value in CREDENTIAL.items() if name != "credentialStatus"}


def in_json(url: str, issuer: Any) -> Build:
    """The same, signed as JSON: for issuers that have no RDF."""

    def build(world: World) -> dict[str, Any]:
        pair = world.add(KeyPair(url))
        unsecured = {name: value for name, value in CREDENTIAL.items() if name not in ("credentialStatus", "issuer")}
        if issuer is not None:
            unsecured["issuer"] = issuer
        return add_proof(unsecured, signer=pair, cryptosuite="eddsa-jcs-2022", created=CREATED)

    return build


def published(change: Callable[[dict[str, Any], World], None]) -> Build:
    """A genuine credential whose issuer's document was changed."""

    def build(world: World) -> dict[str, Any]:
        credential = world.credential(credentialStatus=None)
        change(world.documents[ISSUER], world)
        return credential

    return build


def changed(change: Callable[[dict[str, Any], World], None]) -> Build:
    """A genuine credential that was changed after it was signed."""

    def build(world: World) -> dict[str, Any]:
        world.add(KeyPair(f"{MALLORY}#key-1"))
        credential = copy.deepcopy(world.credential(credentialStatus=None))
        change(credential, world)
        return credential

    return build


def answered(**members: Any) -> Build:
    """A genuine credential, and a resolver that answers with a verification method of other members."""

    def build(world: World) -> dict[str, Any]:
        real = world.get_key

        def get_key(url: str, purpose: str) -> Any:
            method = real(url, purpose)
            return type(method)(
                **{name: members.get(name, getattr(method, name)) for name in type(method).__dataclass_fields__}
            )

        world.get_key = get_key  # type: ignore[method-assign]
        return world.credential(credentialStatus=None)

    return build


def listed(**options: Any) -> Build:
    """A genuine credential whose status list is not the issuer's."""

    def build(world: World) -> dict[str, Any]:
        signer = world.add(KeyPair(f"{MALLORY}#key-1"))
        world.publish_list(signer=signer, **options)
        return world.credential()

    return build


# --- changes ---------------------------------------------------------------------------------------------


def under(relationship: str) -> Callable[[dict[str, Any], World], None]:
    def change(document: dict[str, Any], _world: World) -> None:
        document[relationship] = document.pop("assertionMethod")

    return change


def no_relationship(document: dict[str, Any], _world: World) -> None:
    del document["assertionMethod"]


def gone(document: dict[str, Any], _world: World) -> None:
    document["verificationMethod"], document["assertionMethod"] = [], []


def other_key_under_the_name(document: dict[str, Any], _world: World) -> None:
    other = method_of(KeyPair(f"{ISSUER}#key-2"))
    document["verificationMethod"] = [{**other, "id": f"{ISSUER}#key-1"}]


def other_kind_under_the_name(document: dict[str, Any], _world: World) -> None:
    document["verificationMethod"] = [method_of(KeyPair(f"{ISSUER}#key-1", KeyType.P256))]


def twice(document: dict[str, Any], _world: World) -> None:
    document["verificationMethod"] *= 2


def another_documents_id(document: dict[str, Any], _world: World) -> None:
    document["id"] = MALLORY


def controlled_by_another(document: dict[str, Any], _world: World) -> None:
    document["verificationMethod"][0]["controller"] = MALLORY


def deactivated(_document: dict[str, Any], world: World) -> None:
    world.failures[ISSUER] = DidDeactivated(ISSUER)


def issuer_becomes(value: Any) -> Callable[[dict[str, Any], World], None]:
    def change(credential: dict[str, Any], _world: World) -> None:
        credential["issuer"] = value

    return change


def proof_of_another_credential(credential: dict[str, Any], world: World) -> None:
    credential["proof"] = world.credential(name="Master of Science", credentialStatus=None)["proof"]


def key_of_another(credential: dict[str, Any], _world: World) -> None:
    credential["proof"]["verificationMethod"] = f"{MALLORY}#key-1"


def signer_changes_its_name(credential: dict[str, Any], world: World) -> None:
    signer = KeyPair(f"{MALLORY}#key-1")
    credential["proof"] = add_proof(
        {name: value for name, value in credential.items() if name != "proof"},
        signer=signer,
        cryptosuite="eddsa-rdfc-2022",
        created=CREATED,
    )["proof"]
    credential["proof"]["verificationMethod"] = world.key.verification_method


def embedded_key(credential: dict[str, Any], world: World) -> None:
    pair = KeyPair(f"{MALLORY}#key-1")
    credential["proof"]["verificationMethod"] = {**method_of(pair), "controller": ISSUER}


def two_keys(credential: dict[str, Any], world: World) -> None:
    credential["proof"]["verificationMethod"] = [world.key.verification_method, f"{MALLORY}#key-1"]


def relative_key(credential: dict[str, Any], world: World) -> None:
    # Signed as JSON: in RDF a relative name would not get as far as the question whose it is.
    unsecured = {name: value for name, value in credential.items() if name != "proof"}
    credential["proof"] = add_proof(unsecured, signer=world.key, cryptosuite="eddsa-jcs-2022", created=CREATED)["proof"]
    credential["proof"]["verificationMethod"] = "#key-1"


def second_proof_of_another_credential(credential: dict[str, Any], world: World) -> None:
    other = world.credential(name="Master of Science", credentialStatus=None)["proof"]
    signer = KeyPair(f"{MALLORY}#key-1")
    unsecured = {name: value for name, value in credential.items() if name != "proof"}
    mine = add_proof(unsecured, signer=signer, cryptosuite="eddsa-rdfc-2022", created=CREATED)["proof"]
    credential["proof"] = [mine, other]


def controller_in_the_proof(world: World) -> dict[str, Any]:
    pair = KeyPair(f"{MALLORY}#key-1")
    secured = in_json(pair.verification_method, ISSUER)(world)
    unsecured = {name: value for name, value in secured.items() if name != "proof"}
    return _resigned(unsecured, {**secured["proof"], "controller": ISSUER}, pair)


def _resigned(unsecured: dict[str, Any], proof: dict[str, Any], pair: KeyPair) -> dict[str, Any]:
    """The document under a proof with members that `add_proof` would not write."""
    suite = CRYPTOSUITES["eddsa-jcs-2022"]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    config_hash = suite.config_hash(None, options, pair.key_type)
    value = suite.proof_value(InputDocument(unsecured), config_hash, pair)
    return {**unsecured, "proof": {**options, "proofValue": value}}


def with_document(url: str, **members: Any) -> Build:
    """Signed by `url`, whose document says more about itself."""

    def build(world: World) -> dict[str, Any]:
        credential = signed_by(url)(world)
        world.documents[url.partition("#")[0]].update(members)
        return credential

    return build


def issuer_delegates_its_document(world: World) -> dict[str, Any]:
    world.documents[ISSUER]["controller"] = MALLORY
    return signed_by(f"{MALLORY}#key-1")(world)


def foreign_method_in_own_document(world: World) -> dict[str, Any]:
    pair = KeyPair(f"{ISSUER}#key-9")
    world.documents[MALLORY] = document_of(MALLORY, [method_of(pair)])
    return add_proof(_plain(), signer=pair, cryptosuite="eddsa-rdfc-2022", created=CREATED)


def own_method_claims_the_issuer(world: World) -> dict[str, Any]:
    credential = signed_by(f"{MALLORY}#key-1")(world)
    world.documents[MALLORY]["verificationMethod"][0]["controller"] = ISSUER
    return credential


def second_proof_for_another_purpose(world: World) -> dict[str, Any]:
    mine = signed_by(f"{MALLORY}#key-1")(world)
    return add_proof(
        mine, signer=world.key, cryptosuite="eddsa-rdfc-2022", created=CREATED, proof_purpose="authentication"
    )
