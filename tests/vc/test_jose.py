from __future__ import annotations

import copy

import pytest

from did.jose import ClaimRefused, HeaderRefused, KeyRefused, TokenExpired, TypeRefused
from did.jwk import jwk_of
from tests.attacks.token_builds import BADGE, DAY, MALLORY, SECOND, TokenWorld, forged
from tests.vc.world import ISSUER, NOW, POLICY
from vc import jose, structure
from vc.errors import IssuerMismatch, MalformedValue, ProofGenerationError
from vc.jose.credential import key_url_of
from vc.jose.jwt_vc_json import as_v1
from vc.policy import Policy
from vc.secured import Form
from vc.status.entry import build_entry
from vc.structure import CONTEXT_V1

PREPARED = {
    Form.VC_JWT: jose.PreparedVcJwt,
    Form.JWT_VC_JSON: jose.PreparedJwtVcJson,
    Form.OB_JWT: jose.PreparedObJwt,
}
each_form = pytest.mark.parametrize("form", list(PREPARED))


@each_form
@pytest.mark.parametrize("key", ["ed", "p256"])
def test_what_is_secured_is_read_back_and_verified(form, key):
    world = TokenWorld()
    before = copy.deepcopy(BADGE)

    token = PREPARED[form](getattr(world, key)).secure(BADGE, now=NOW)

    read = jose.read(token)
    assert world.verify(token).id == getattr(world, key).verification_method
    assert read.form is form
    assert read.issuer == ISSUER
    assert read.document == (as_v1(BADGE) if form is Form.JWT_VC_JSON else BADGE)
    assert before == BADGE
    structure.check(read.document, for_issuing=True)


def test_a_badge_of_2_0_becomes_a_credential_of_1_1_that_says_the_same():
    badge = {**BADGE, "credentialStatus": build_entry("https://university.example/status/3", 7)}

    made = as_v1(badge)

    assert made["@context"][0] == CONTEXT_V1
    assert made["issuanceDate"] == badge["validFrom"]
    assert made["expirationDate"] == badge["validUntil"]
    assert not {"validFrom", "validUntil"} & made.keys()
    assert made["credentialSubject"] == badge["credentialSubject"]
    structure.check(made, for_issuing=True)
    assert as_v1(made) == made


def test_a_member_that_1_1_does_not_know_is_refused():
    with pytest.raises(ProofGenerationError, match="renderMethod has no place"):
        as_v1({**BADGE, "renderMethod": []})


@pytest.mark.parametrize("form", [Form.VC_JWT, Form.OB_JWT])
@pytest.mark.parametrize("member", ["exp", "nonce", "vc"])
def test_a_member_that_is_named_like_a_claim_is_not_signed(form, member):
    with pytest.raises(ProofGenerationError, match=f"member {member} has the name"):
        PREPARED[form](TokenWorld().ed).secure({**BADGE, member: 1}, now=NOW)


@each_form
def test_a_number_that_is_none_is_not_signed(form):
    with pytest.raises(MalformedValue, match="not JSON"):
        PREPARED[form](TokenWorld().ed).secure({**BADGE, "credits": float("nan")}, now=NOW)


@each_form
def test_a_document_without_issuer_is_not_signed(form):
    document = {name: value for name, value in BADGE.items() if name != "issuer"}
    with pytest.raises(ProofGenerationError, match="names no issuer"):
        PREPARED[form](TokenWorld().ed).secure(document, now=NOW)


def test_a_badge_without_identifier_is_no_jwt():
    document = {name: value for name, value in BADGE.items() if name != "id"}
    with pytest.raises(ProofGenerationError, match="has id"):
        jose.PreparedObJwt(TokenWorld().ed).secure(document, now=NOW)


def test_a_credential_of_1_1_is_no_vc_jwt():
    with pytest.raises(ProofGenerationError, match=r"data model 2\.0"):
        jose.PreparedVcJwt(TokenWorld().ed).secure(as_v1(BADGE), now=NOW)


def test_a_credential_of_1_1_is_completed_from_its_claims():
    """Section 6.3.1, "JWT Decoding"; did-jwt-vc leaves these members to the claims."""
    world = TokenWorld()
    bare = {name: value for name, value in as_v1(BADGE).items() if name not in ("id", "issuanceDate", "expirationDate")}
    bare["issuer"] = {name: value for name, value in BADGE["issuer"].items() if name != "id"}
    bare["credentialSubject"] = {"achievement": BADGE["credentialSubject"]["achievement"]}

    token = forged("jwt_vc_json", claims={"vc": bare})(world)

    document = jose.read(token).document
    assert world.verify(token)
    assert document["issuer"]["id"] == ISSUER
    assert document["id"] == BADGE["id"]
    assert document["issuanceDate"] == BADGE["validFrom"]
    assert document["expirationDate"] == BADGE["validUntil"]
    assert document["credentialSubject"]["id"] == "did:example:holder"


# --- which key -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kid", "controller", "url"),
    [
        (f"{ISSUER}#key-1", ISSUER, f"{ISSUER}#key-1"),
        ("#key-1", ISSUER, f"{ISSUER}#key-1"),
        ("key-1", ISSUER, f"{ISSUER}#key-1"),
        ("https://university.example/keys#1", ISSUER, "https://university.example/keys#1"),
        ("key-1", None, None),
        (None, "did:key:z6Mk", "did:key:z6Mk#z6Mk"),
        (None, "did:jwk:eyJ9", "did:jwk:eyJ9#0"),
        (None, ISSUER, None),
        (None, None, None),
    ],
    ids=["url", "fragment", "name", "https", "name of nobody", "did:key", "did:jwk", "no name", "nothing"],
)
def test_the_header_names_a_key(kid, controller, url):
    assert key_url_of(kid, controller) == url


@each_form
@pytest.mark.parametrize("key", ["ed", "p256", "rsa"])
def test_without_a_name_the_issuers_keys_are_tried(form, key):
    world = TokenWorld()
    token = forged(str(form), key=key, header={"kid": None})(world)
    assert world.verify(token).id == getattr(world, key).verification_method


def test_a_stranger_without_a_name_is_refused():
    world = TokenWorld()
    with pytest.raises(KeyRefused, match="none of the keys"):
        world.verify(forged(signed_by="stranger", header={"kid": None})(world))


def test_a_shown_key_that_the_issuer_publishes_is_accepted():
    world = TokenWorld()
    shown = jwk_of(world.p256.public_key)
    token = forged("ob-jwt", key="p256", header={"kid": None, "jwk": shown})(world)
    assert world.verify(token).id == world.p256.verification_method


def test_a_shown_key_is_for_badges_only():
    world = TokenWorld()
    with pytest.raises(HeaderRefused, match="brings no key along"):
        world.verify(forged("jwt_vc_json", header={"jwk": jwk_of(world.ed.public_key)})(world))


def test_the_clocks_may_differ_as_the_policy_says():
    world = TokenWorld()
    token = forged(claims={"exp": SECOND - 100})(world)
    answers = {"get_key": world.get_key, "list_keys": world.list_keys, "now": NOW}

    with pytest.raises(TokenExpired):
        jose.verify(jose.read(token), policy=POLICY, **answers)
    assert jose.verify(jose.read(token), policy=Policy(clock_skew_s=200), **answers)


# --- presentations ---------------------------------------------------------------------------------

HOLDER = "did:web:mallory.example"


def presentation(token: str, **members: object) -> dict[str, object]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER,
        "verifiableCredential": [jose.envelop(token, "application/vc+jwt")],
        **members,
    }


def present(world: TokenWorld, document: dict[str, object] | None = None, **options: object) -> str:
    world.documents[MALLORY]["authentication"] = [world.stranger.verification_method]
    chosen = {"audience": "https://verifier.example", "nonce": "n-1", **options}
    made = document or presentation(forged()(world))
    return jose.secure_presentation(made, signer=world.stranger, now=NOW, **chosen)


def check(world: TokenWorld, token: str, **expected: object) -> object:
    wanted = {"audience": "https://verifier.example", "nonce": "n-1", **expected}
    read = jose.read_presentation(token)
    return jose.verify_presentation(read, get_key=world.get_key, now=NOW, policy=POLICY, **wanted)


def test_a_presentation_is_its_holders_and_its_credentials_come_out():
    world = TokenWorld()
    token = present(world)

    assert check(world, token).id == world.stranger.verification_method
    (inner,) = jose.read_presentation(token).credentials
    assert inner.media_type == "application/vc+jwt"
    assert world.verify(inner.token)


@pytest.mark.parametrize(
    ("expected", "rule"),
    [({"audience": "https://other.example"}, "aud"), ({"audience": None}, "aud"), ({"nonce": "n-2"}, "nonce")],
    ids=["another verifier", "a verifier without a name", "another request"],
)
def test_a_presentation_for_somebody_else_is_refused(expected, rule):
    world = TokenWorld()
    with pytest.raises(ClaimRefused) as refused:
        check(world, present(world), **expected)
    assert refused.value.rule == rule


def test_a_presentation_that_answers_nothing_is_refused():
    world = TokenWorld()
    with pytest.raises(ClaimRefused, match="another request"):
        check(world, present(world, nonce=None))


def test_a_presentation_in_another_holders_name_is_refused():
    world = TokenWorld()
    with pytest.raises(IssuerMismatch):
        check(world, present(world, presentation(forged()(world), holder="did:example:holder")))


def test_a_credential_is_no_presentation():
    with pytest.raises(TypeRefused, match="not that of a vp"):
        jose.read_presentation(forged()(TokenWorld()))


def test_a_bare_credential_in_a_presentation_is_refused():
    world = TokenWorld()
    with pytest.raises(MalformedValue, match="EnvelopedVerifiableCredential") as refused:
        present(world, presentation("", verifiableCredential=[BADGE]))
    assert refused.value.path == "/verifiableCredential/0"


def test_an_expired_presentation_is_refused():
    world = TokenWorld()
    world.documents[MALLORY]["authentication"] = [world.stranger.verification_method]
    header = {"typ": "vp+jwt"}
    claims = {**presentation(forged()(world)), "vc": None, "exp": SECOND - DAY, "iss": HOLDER}
    unnamed = {name: None for name in BADGE if name not in claims}
    token = forged(key="stranger", header=header, claims={**unnamed, **claims})(world)
    with pytest.raises(TokenExpired):
        check(world, token, audience=None, nonce=None)  # type: ignore[arg-type]


# --- envelopes -------------------------------------------------------------------------------------


def test_an_envelope_opens_to_its_token():
    opened = jose.open_envelope(jose.envelop("a.b.c", "application/vc+jwt"))
    assert (opened.media_type, opened.token) == ("application/vc+jwt", "a.b.c")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]}, "/type"),
        ({"type": "EnvelopedVerifiablePresentation"}, "/type"),
        ({"@context": "https://www.w3.org/2018/credentials/v1"}, "/@context"),
        ({"issuer": ISSUER}, "/issuer"),
        ({"id": "https://university.example/1"}, "/id"),
        ({"id": "data:text/html,a.b.c"}, "/id"),
        ({"id": "data:application/vc+jwt;base64,YS5iLmM="}, "/id"),
        ({"id": "data:application/vc+jwt,a.b.c d"}, "/id"),
        ({"id": None}, "/id"),
    ],
    ids=[
        "two types",
        "a presentation",
        "another model",
        "a member beside",
        "no data",
        "a page",
        "base64",
        "a blank",
        "nothing",
    ],
)
def test_an_envelope_that_is_none_is_refused(change, path):
    with pytest.raises(MalformedValue) as refused:
        jose.open_envelope({**jose.envelop("a.b.c", "application/vc+jwt"), **change})
    assert refused.value.path == path
