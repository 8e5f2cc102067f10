"""In what a credential comes, who shows it, and where its issuer's keys and lists are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from did.jwk import jwk_of
from did.keys import KeyType
from tests.attacks.sd_jwt_builds import Forgery, authority, leaf, x5c
from tests.vc.documents import badge
from tests.vc.forms_world import (
    DAY,
    FORMS,
    PROFILE,
    Scene,
    each,
    lines,
)
from tests.vc.pictures import SVG, itxt, png
from tests.vc.world import ISSUER, NOW, STATUS_LIST, KeyPair
from vc import jose
from vc.badges.baking import bake
from vc.errors import StatusUnavailable
from vc.forms.reading import read_credential
from vc.report import Outcome, Report, Verdict
from vc.sd_jwt import holder, key_binding
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import read
from vc.secured import Form
from vc.status import one_ed_tech
from vc.status.entry import build_entry, build_list_credential


@pytest.fixture
def scene() -> Scene:
    return Scene()


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
