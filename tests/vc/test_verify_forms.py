"""The pipeline on each form of credential: every check flips, alone where only one rule is broken, and fails closed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from did.document import DidDocument, Relationship, VerificationMethod
from did.errors import DidNotFound, ResolutionUnavailable
from did.jwk import jwk_of
from did.keys import KeyType
from tests.attacks.sd_jwt_builds import Forgery, authority, leaf, x5c
from tests.vc.documents import badge, endorsement
from tests.vc.pictures import SVG, itxt, png
from tests.vc.world import ISSUER, NOW, POLICY, STATUS_LIST, KeyPair, World, document_of, method_of
from vc import jose
from vc.badges.baking import bake
from vc.errors import StatusUnavailable
from vc.forms.reading import read_credential
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Outcome, Report, Verdict
from vc.sd_jwt import holder, key_binding
from vc.sd_jwt.errors import TypeMetadataUnavailable
from vc.sd_jwt.issue import PreparedSdJwtVc
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import read
from vc.sd_jwt.type_metadata import integrity_of
from vc.secured import Form
from vc.status import list_token, one_ed_tech, token_list
from vc.status.entry import build_entry, build_list_credential
from vc.verify import verify

DAY = timedelta(days=1)
PROFILE = {"id": ISSUER, "type": ["Profile"], "name": "Example University"}
TOKEN_LIST = "https://university.example/status/tokens/1"
VCT = "https://university.example/types/degree"
METADATA = json.dumps({"vct": VCT, "name": "Degree"}).encode()
SECONDS = int(NOW.timestamp())
JOSE = {
    Form.VC_JWT: jose.PreparedVcJwt,
    Form.JWT_VC_JSON: jose.PreparedJwtVcJson,
    Form.OB_JWT: jose.PreparedObJwt,
}
FORMS = [*JOSE, Form.SD_JWT_VC]


def lines(report: Report) -> dict[str, Any]:
    return {check.name: check.code for check in report.checks if check.outcome is not Outcome.PASSED}


class Counting:
    """Salts that differ, the same in every run."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> str:
        self.number += 1
        return hashlib.sha256(str(self.number).encode()).hexdigest()[:22]


@dataclass
class Scene:
    """One issuer with a P-256 key, its lists and its type; `make` issues in a form, with changes to what is said."""

    world: World = field(default_factory=World)
    bits: bytearray = field(default_factory=lambda: token_list.new_list(1000, bits=2))
    metadata: bytes | Exception = METADATA
    web: dict[str, bytes] = field(default_factory=dict)
    list_issuer: str = ISSUER

    def __post_init__(self) -> None:
        self.key = self.world.add(KeyPair(f"{ISSUER}#key-2", KeyType.P256))
        self.holder = KeyPair("did:example:ada#key-1", KeyType.P256)

    def make(self, form: Form, **changed: Any) -> str:
        if form is Form.SD_JWT_VC:
            return self._sd_jwt(**changed)
        signer = changed.pop("signer", self.key)
        unsecured = badge(
            **{"issuer": PROFILE, "credentialStatus": build_entry(STATUS_LIST, 7), "validFrom": "2026-11-01T00:00:00Z"}
            | changed
        )
        unsecured = {name: value for name, value in unsecured.items() if value is not None}
        return JOSE[form](signer).secure(unsecured, now=NOW - DAY)

    def _sd_jwt(self, **changed: Any) -> str:
        signer = changed.pop("signer", self.key)
        claims = {
            "iss": ISSUER,
            "nbf": SECONDS - 86_400,
            "exp": SECONDS + 86_400,
            "status": token_list.build_status(TOKEN_LIST, 7),
            "degree": "Law",
            "grade": "good",
        } | changed
        claims = {name: value for name, value in claims.items() if value is not None}
        issuer = PreparedSdJwtVc(signer, vct=VCT, vct_integrity=integrity_of(METADATA))
        return issuer.secure(
            claims,
            disclosable=[("degree",), ("grade",)],
            salt=Counting(),
            holder_jwk=jwk_of(self.holder.public_key),
        )

    def verify(self, data: Any, *, policy: Policy = POLICY, now: Any = NOW, **more: Any) -> Report:
        secured = read_credential(data, binding=more.pop("binding", None))
        return verify(
            secured,
            policy=policy,
            now=now,
            get_key=self.world.get_key,
            list_keys=self._keys,
            fetch_status=self.world.fetch_status,
            fetch_status_token=self._token,
            get_json=self._json,
            get_type_metadata=self._metadata,
            **more,
        )

    def _keys(self, did: str, purpose: str) -> list[VerificationMethod]:
        if did not in self.world.documents:
            raise DidNotFound(did)
        return list(DidDocument.parse(self.world.documents[did], did).methods(Relationship(purpose)))

    def _token(self, uri: str) -> str:
        if uri in self.world.failures:
            raise self.world.failures[uri]
        claims = token_list.build_claims(
            uri, data=self.bits, bits=2, issuer=self.list_issuer, issued_at=NOW - DAY, expires_at=NOW + DAY, ttl_s=60
        )
        return list_token.sign(claims, signer=self.key)

    def _json(self, url: str) -> bytes:
        if url not in self.web:
            raise ResolutionUnavailable(url)
        return self.web[url]

    def _metadata(self, _vct: str) -> bytes:
        if isinstance(self.metadata, Exception):
            raise self.metadata
        return self.metadata


@pytest.fixture
def scene() -> Scene:
    return Scene()


def each(forms: list[Form]) -> Any:
    return pytest.mark.parametrize("form", forms, ids=[form.value for form in forms])


@each(FORMS)
def test_a_good_credential_is_verified(scene: Scene, form: Form) -> None:
    report = scene.verify(scene.make(form))

    assert report.verdict is Verdict.VERIFIED, lines(report)
    assert tuple(check.name for check in report.checks) == REQUIRED_CHECKS
    assert report.form is form
    assert report.to_json()["form"] == form.value
    assert report.check("issuer").detail == {"issuer": ISSUER}
    assert report.check("proof").detail["algorithm"] == "ES256"


# --- each check, flipped alone ---------------------------------------------------------------------------


@each(list(JOSE))
def test_structure_flips_alone(scene: Scene, form: Form) -> None:
    assert lines(scene.verify(scene.make(form, name=None, credentialSchema=None))) == {"structure": "malformed"}


@each(FORMS)
def test_a_stranger_who_signs_flips_the_issuer(scene: Scene, form: Form) -> None:
    mallory = scene.world.add(KeyPair("did:web:mallory.example#key-1", KeyType.P256))

    report = scene.verify(scene.make(form, signer=mallory))

    assert lines(report) == {"issuer": "issuer-mismatch", "proof": "issuer-mismatch"}
    assert report.verdict is Verdict.NOT_VERIFIED


@each(FORMS)
def test_a_key_that_the_issuer_does_not_publish_for_this_flips_the_issuer(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.documents[ISSUER] = document_of(ISSUER, [method_of(scene.world.key), method_of(scene.key)])
    scene.world.documents[ISSUER]["assertionMethod"] = [scene.world.key.verification_method]

    assert lines(scene.verify(credential))["issuer"] == "key-not-authorized"


@each(FORMS)
def test_an_issuer_that_does_not_answer_is_undecided(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.failures[ISSUER] = ResolutionUnavailable("no answer")

    report = scene.verify(credential)

    assert report.verdict is Verdict.UNDECIDED
    assert report.check("issuer").outcome is report.check("proof").outcome is Outcome.UNDECIDED


@each(FORMS)
def test_a_changed_signature_flips_the_proof_alone(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    jws, tilde, rest = credential.partition("~")
    head, _, signature = jws.rpartition(".")
    other = scene.make(form, **({"degree": "Medicine"} if form is Form.SD_JWT_VC else {"name": "Medicine"}))
    signature = other.partition("~")[0].rpartition(".")[2]

    report = scene.verify(f"{head}.{signature}{tilde}{rest}")

    assert lines(report) == {"proof": "token-signature-invalid"}
    assert report.verdict is Verdict.NOT_VERIFIED


@each(FORMS)
def test_a_compromised_key_flips_the_proof_alone_unless_an_anchor_is_older(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    second = scene.world.documents[ISSUER]["verificationMethod"][1]
    second["revoked"] = f"{NOW - DAY:%Y-%m-%dT%H:%M:%SZ}"

    late = scene.verify(credential)
    early = scene.verify(credential, anchored_before=NOW - 2 * DAY)

    assert late.check("proof").code == "key-compromised"
    assert late.check("issuer").outcome is Outcome.PASSED
    assert early.check("proof").outcome is Outcome.PASSED


@each(FORMS)
@pytest.mark.parametrize("when", ["expired", "not-yet-valid"])
def test_its_period_flips_validity_alone(scene: Scene, form: Form, when: str) -> None:
    early, late = NOW - 40 * DAY, NOW - 30 * DAY
    if when == "not-yet-valid":
        early, late = NOW + 30 * DAY, NOW + 40 * DAY
    if form is Form.SD_JWT_VC:
        changed: dict[str, Any] = {"nbf": int(early.timestamp()), "exp": int(late.timestamp())}
    else:
        changed = {"validFrom": f"{early:%Y-%m-%dT%H:%M:%SZ}", "validUntil": f"{late:%Y-%m-%dT%H:%M:%SZ}"}

    report = scene.verify(scene.make(form, **changed))

    assert lines(report) == {"validity": when}
    assert report.verdict is Verdict.NOT_VERIFIED


@each(FORMS)
def test_a_revoked_credential_flips_the_status_alone(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.bits[0] = 0x01  # entry 7 of a bitstring: the last bit of the first byte
    scene.world.publish_list()
    token_list.set_value(scene.bits, 7, 1, bits=2)

    assert lines(scene.verify(credential)) == {"status": "revoked"}


def test_a_suspended_sd_jwt_flips_the_status_alone(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    for value, code in ((2, "suspended"), (3, "status-set")):
        token_list.set_value(scene.bits, 7, value, bits=2)
        assert lines(scene.verify(credential)) == {"status": code}


@each(FORMS)
def test_a_status_list_that_cannot_be_had_is_undecided(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.failures |= {STATUS_LIST: StatusUnavailable("no"), TOKEN_LIST: StatusUnavailable("no")}

    report = scene.verify(credential)

    assert lines(report) == {"status": "status-unavailable"}
    assert report.verdict is Verdict.UNDECIDED


@each(FORMS)
def test_a_credential_without_a_status_says_so(scene: Scene, form: Form) -> None:
    name = "status" if form is Form.SD_JWT_VC else "credentialStatus"
    credential = scene.make(form, **{name: None})

    assert scene.verify(credential).check("status").code == "no-status"
    assert lines(scene.verify(credential, policy=Policy(require_status=True))) == {"status": "status-missing"}


def test_the_status_of_an_sd_jwt_by_another_mechanism_is_undecided(scene: Scene) -> None:
    assert lines(scene.verify(scene.make(Form.SD_JWT_VC, status={"other": 1}))) == {"status": "status-not-readable"}


def test_a_status_list_by_somebody_else_is_undecided(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    scene.key, issuers = scene.world.add(KeyPair("did:web:mallory.example#key-1", KeyType.P256)), scene.key

    assert lines(scene.verify(credential)) == {"status": "status-issuer-differs"}
    accepted = Policy(accepted_status_issuers=frozenset({"did:web:mallory.example"}))
    assert scene.verify(credential, policy=accepted).verdict is Verdict.VERIFIED
    scene.key = issuers
    assert scene.verify(credential).verdict is Verdict.VERIFIED


def test_a_changed_type_flips_the_schema_alone(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    scene.metadata = METADATA + b" "

    assert lines(scene.verify(credential)) == {"schema": "type-mismatch"}


def test_a_type_that_cannot_be_had_is_undecided(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    scene.metadata = TypeMetadataUnavailable("no answer")

    assert lines(scene.verify(credential)) == {"schema": "type-unavailable"}
    assert scene.verify(credential).verdict is Verdict.UNDECIDED


@each(list(JOSE))
def test_a_schema_that_cannot_be_had_is_undecided(scene: Scene, form: Form) -> None:
    named = {"id": "https://university.example/schema.json", "type": "JsonSchema"}

    assert lines(scene.verify(scene.make(form, credentialSchema=named))) == {"schema": "schema-unavailable"}


@each([Form.VC_JWT, Form.OB_JWT])
def test_endorsements_inside_a_token_are_verified_too(scene: Scene, form: Form) -> None:
    secured = scene.world.secure(endorsement(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z"))
    tampered = {**secured, "name": "Another name"}

    good = scene.verify(scene.make(form, endorsement=[secured]))
    bad = scene.verify(scene.make(form, endorsement=[tampered]))

    assert good.check("inner").outcome is Outcome.PASSED, good.check("inner").detail
    assert lines(bad) == {"inner": "inner-not-verified"}


def test_an_endorsement_that_is_a_token_is_verified_too(scene: Scene) -> None:
    unsecured = endorsement(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z")
    token = jose.PreparedObJwt(scene.key).secure(unsecured, now=NOW)
    head, _, signature = token.rpartition(".")
    broken = f"{head}.{signature[:-4]}AAAA"

    def of(tokens: list[str]) -> Report:
        unsigned = badge(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z", endorsementJwt=tokens)
        del unsigned["credentialStatus"]
        return scene.verify(scene.world.secure(unsigned))

    assert of([token]).verdict is Verdict.VERIFIED, of([token]).check("inner").detail
    assert lines(of([token, broken])) == {"inner": "inner-not-verified"}
    assert lines(of(["a.b.c"])) == {"inner": "inner-not-verified"}
    # A good token of something else endorses nothing.
    award = jose.PreparedObJwt(scene.key).secure(badge(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z"), now=NOW)
    assert lines(of([award])) == {"inner": "inner-not-verified"}


# --- in what it comes ------------------------------------------------------------------------------------


@each(FORMS)
def test_an_envelope_is_opened(scene: Scene, form: Form) -> None:
    enveloped = jose.envelop(scene.make(form), form.media_type)

    report = scene.verify(enveloped)

    assert (report.verdict, report.form) == (Verdict.VERIFIED, form)


@each(FORMS)
def test_an_envelope_that_names_another_form_is_refused(scene: Scene, form: Form) -> None:
    other = "application/jwt" if form in (Form.SD_JWT_VC, Form.VC_JWT) else "application/vc+jwt"

    with pytest.raises(Exception, match="under the name"):
        read_credential(jose.envelop(scene.make(form), other))


@pytest.mark.parametrize("image", [png(), SVG], ids=["png", "svg"])
@pytest.mark.parametrize("form", [Form.LDP_VC, Form.OB_JWT], ids=["ldp_vc", "ob-jwt"])
def test_a_badge_in_a_picture_is_verified(scene: Scene, image: bytes, form: Form) -> None:
    unsigned = badge(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z", credentialStatus=build_entry(STATUS_LIST, 7))
    secured = (
        json.dumps(scene.world.secure(unsigned), ensure_ascii=False) if form is Form.LDP_VC else scene.make(form)
    ).encode()

    report = scene.verify(bake(image, secured))

    assert (report.verdict, report.form) == (Verdict.VERIFIED, form), lines(report)


def test_a_picture_in_the_picture_is_refused() -> None:
    with pytest.raises(Exception, match="picture in the picture"):
        read_credential(png(itxt(SVG)))


# --- the holder ----------------------------------------------------------------------------------------


def test_what_the_holder_was_asked_for_is_part_of_the_proof(scene: Scene) -> None:
    issued = scene.make(Form.SD_JWT_VC)
    shown = present(issued, scene.holder)
    asked = ExpectedBinding(nonce="n-1", audience="https://verifier.example")
    another = ExpectedBinding(nonce="n-2", audience="https://verifier.example")

    bound = scene.verify(shown, binding=asked)

    assert bound.verdict is Verdict.VERIFIED, lines(bound)
    assert bound.check("proof").detail == {"algorithm": "ES256", "disclosed": 1, "keyBinding": True}
    assert lines(scene.verify(shown, binding=another)) == {"proof": "key-binding-invalid"}
    assert lines(scene.verify(issued, binding=asked)) == {"proof": "key-binding-invalid"}
    assert scene.verify(shown).verdict is Verdict.VERIFIED


def test_a_binding_by_somebody_else_flips_the_proof_alone_though_nobody_asked(scene: Scene) -> None:
    thief = KeyPair("did:example:thief#key-1", KeyType.P256)

    report = scene.verify(present(scene.make(Form.SD_JWT_VC), thief))

    assert report.check("proof").outcome is Outcome.FAILED
    assert set(lines(report)) == {"proof"}


def present(issued: str, signer: KeyPair) -> str:
    """Made by hand, so that the wrong key can sign as well."""
    shown = holder.present(read(issued), choose=[("degree",)], binding=None)
    return shown + key_binding.make(
        shown, hash_name="sha-256", signer=signer, nonce="n-1", audience="https://verifier.example", now=NOW
    )


# --- issuers on the web ----------------------------------------------------------------------------------


def test_the_key_of_an_issuer_on_the_web_and_its_status_list_come_from_its_metadata(scene: Scene) -> None:
    issuer = "https://university.example/t/law"
    url = "https://university.example/.well-known/jwt-vc-issuer/t/law"
    jwk = {**jwk_of(scene.key.public_key), "kid": scene.key.verification_method}
    scene.web[url] = json.dumps({"issuer": issuer, "jwks": {"keys": [jwk]}}).encode()
    credential = scene.make(Form.SD_JWT_VC, iss=issuer)

    # The list is signed by a key that the issuer's own metadata vouches for.
    assert lines(scene.verify(credential)) == {"status": "status-issuer-differs"}, "the list speaks for the DID"
    scene.list_issuer = issuer
    assert scene.verify(credential).verdict is Verdict.VERIFIED
    scene.web[url] = json.dumps({"issuer": "https://mallory.example", "jwks": {"keys": [jwk]}}).encode()
    assert lines(scene.verify(credential))["issuer"] == "issuer-mismatch"
    del scene.web[url]
    assert scene.verify(credential).verdict is Verdict.UNDECIDED


def test_a_certificate_without_trusted_roots_is_undecided(scene: Scene) -> None:
    root = authority("Root")
    forgery = Forgery(bound=False)
    forgery.payload["iss"] = "https://university.example/t/law"
    forgery.header = {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": x5c(leaf(root))}

    assert lines(scene.verify(forgery.text())) == {"issuer": "certificate-unknown", "proof": "certificate-unknown"}
    assert scene.verify(forgery.text()).verdict is Verdict.UNDECIDED
    assert scene.verify(forgery.text(), trusted_roots=[root.certificate]).verdict is Verdict.VERIFIED


# --- status lists of other kinds ---------------------------------------------------------------------------


def with_list(scene: Scene, listed: Any, status: Any) -> Report:
    """A document whose status stands in whatever is served at the list's address."""
    scene.world.lists[STATUS_LIST] = listed
    unsigned = badge(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z", credentialStatus=status)
    return scene.verify(scene.world.secure(unsigned))


def test_a_status_list_that_is_a_token_is_verified_as_the_credential_that_it_is(scene: Scene) -> None:
    def listed(signer: KeyPair, **changed: Any) -> str:
        unsecured = build_list_credential(
            STATUS_LIST, ISSUER, "revocation", scene.world.bits, NOW - DAY, changed.get("until", NOW + DAY)
        )
        return jose.PreparedVcJwt(signer).secure(unsecured, now=NOW - DAY)

    entry = build_entry(STATUS_LIST, 7)
    mallory = scene.world.add(KeyPair("did:web:mallory.example#key-1", KeyType.P256))

    assert with_list(scene, listed(scene.key), entry).verdict is Verdict.VERIFIED
    assert lines(with_list(scene, listed(mallory), entry)) == {"status": "status-list-invalid"}
    assert lines(with_list(scene, listed(scene.key, until=NOW - DAY / 2), entry)) == {"status": "status-outdated"}
    assert lines(with_list(scene, listed(scene.key)[:-8] + "AAAAAAAA", entry)) == {"status": "status-list-invalid"}
    assert lines(with_list(scene, scene.make(Form.SD_JWT_VC), entry))["status"] == "status-list-invalid"
    scene.world.bits[0] = 0x01
    assert lines(with_list(scene, listed(scene.key), entry)) == {"status": "revoked"}


def test_1edtechs_revocation_list_is_read(scene: Scene) -> None:
    entry = one_ed_tech.build_entry(STATUS_LIST)
    own = badge()["id"]

    def listed(*revoked: str, issuer: str = ISSUER) -> dict[str, Any]:
        return one_ed_tech.build_list(STATUS_LIST, issuer=issuer, revoked_ids=revoked)

    assert with_list(scene, listed("urn:uuid:another"), entry).verdict is Verdict.VERIFIED
    assert lines(with_list(scene, listed(own), entry)) == {"status": "revoked"}
    assert lines(with_list(scene, listed(issuer="did:web:mallory.example"), entry)) == {"status": "status-list-invalid"}
    assert lines(with_list(scene, "a.b.c", entry)) == {"status": "status-list-invalid"}
    assert lines(with_list(scene, {"id": STATUS_LIST, "issuer": ISSUER}, entry)) == {"status": "status-list-invalid"}
    scene.world.failures[STATUS_LIST] = StatusUnavailable("no answer")
    assert lines(with_list(scene, listed(), entry)) == {"status": "status-unavailable"}
