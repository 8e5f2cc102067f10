"""A list as readers get it: now and for an earlier time, by path alone."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from agent.issuance.template_status import StatusSettings
from portal.awards.service import reinstate, revoke, suspend
from portal.db.ids import new_id
from portal.db.session import tenant_session
from portal.keys import repository as keys
from portal.status_lists import service
from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion
from portal.status_lists.publish import RENEWED_AFTER, TTL_S
from portal.status_lists.renewal import renew_lists
from tests.factories import issue, make_tenant, put_template
from tests.fixtures.node import ORIGIN
from vc.status import bitstring, list_token, token_list

BOTH = {"purposes": ["revocation", "suspension"]}


@pytest.fixture
def acme(node):
    return make_tenant(node)


def path_of(entry):
    return entry["statusListCredential"].removeprefix(ORIGIN)


def is_set(answer, entry):
    bits = bitstring.decode(answer.json()["credentialSubject"]["encodedList"])
    return bitstring.get(bits, int(entry["statusListIndex"]))


def reserve_token(node, tenant_id):
    """A credential that is looked up in a Token Status List; returns its id and its `status` claim."""
    with tenant_session(node.app_engine, tenant_id) as session:
        credential_id = new_id(node.now())
        wants = [(credential_id, "dc+sd-jwt", StatusSettings())]
        given = service.reserve(node, session, keys.identity(session, "web").id, wants, now=node.now())
        return credential_id, given[credential_id].token


def test_every_earlier_state_is_still_served_under_its_own_path(node, acme, clock, client):
    put_template(node, acme, status=BOTH)
    credential = issue(node, acme, 1).credentials[0]
    _revocation, entry = json.loads(credential.data)["credentialStatus"]
    moments = [clock.now]
    for step in (suspend, reinstate, suspend):
        clock.move(hours=1)
        more = {} if step is reinstate else {"reason": None}
        step(node, credential.public_id, actor="test", now=clock.now, **more)
        moments.append(clock.now)
    clock.move(hours=1)

    for moment, expected in zip(moments, [False, True, False, True], strict=True):
        for text in (f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}Z", str(int(moment.timestamp()) + 1)):
            answer = client.get(f"{path_of(entry)}/at/{text}")
            assert answer.status_code == 200
            assert is_set(answer, entry) is expected, text
            assert "immutable" in answer.headers["cache-control"]
    assert is_set(client.get(path_of(entry)), entry)


def test_the_versions_are_listed_with_paths_that_lead_to_them(node, acme, clock, client):
    credential = issue(node, acme, 1).credentials[0]
    path = path_of(json.loads(credential.data)["credentialStatus"])
    clock.move(days=1)
    revoke(node, credential.public_id, reason=None, actor="test", now=clock.now)

    listed = client.get(f"{path}/versions").json()

    assert listed["list"] == ORIGIN + path
    assert [version["version"] for version in listed["versions"]] == [1, 2]
    with tenant_session(node.app_engine, acme) as session:
        stored = session.scalars(select(StatusListVersion).order_by(StatusListVersion.version)).all()
    for version, kept in zip(listed["versions"], stored, strict=True):
        assert client.get(version["url"].removeprefix(ORIGIN)).content == kept.data


@pytest.mark.parametrize(
    ("moment", "status", "code"),
    [
        ("2026-11-23T00:00:00Z", 404, "before-the-list"),
        ("0", 404, "before-the-list"),
        ("2126-01-01T00:00:00Z", 404, "time-to-come"),
        ("253402300799", 404, "time-to-come"),
        ("yesterday", 422, "malformed-time"),
        ("2026-11-24", 422, "malformed-time"),
        ("2026-11-24T00:00:00", 422, "malformed-time"),
        ("-1", 422, "malformed-time"),
        ("9999999999999999", 422, "malformed-time"),
    ],
)
def test_a_time_without_a_list_is_told(node, acme, client, moment, status, code):
    path = path_of(json.loads(issue(node, acme, 1).credentials[0].data)["credentialStatus"])

    answer = client.get(f"{path}/at/{moment}", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_list_is_kept_by_readers_as_long_as_its_ttl_says_and_sets_no_cookie(node, acme, client):
    path = path_of(json.loads(issue(node, acme, 1).credentials[0].data)["credentialStatus"])

    answer = client.get(path)

    assert answer.json()["credentialSubject"]["ttl"] == TTL_S * 1000
    assert answer.headers["cache-control"] == f"public, max-age={TTL_S}"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    assert "vary" not in answer.headers
    assert client.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_a_query_for_a_time_is_sent_to_the_path(node, acme, client):
    path = path_of(json.loads(issue(node, acme, 1).credentials[0].data)["credentialStatus"])

    answer = client.get(f"{path}?time=1686925000", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (501, "time-is-a-path")


def test_the_verifier_asks_for_lists_by_path_alone(node, acme, web):
    from agent.verification import verify_credential
    from vc.policy import Policy

    credential = issue(node, acme, 1).credentials[0]
    verify_credential(
        credential.data, policy=Policy(), now=node.now(), resolver=node.resolver, fetch=node.fetch,
        chain_for=node.chain_for,
    )  # fmt: skip

    lists = [url for url in web.asked if "/status/" in url]
    assert len(lists) == 1
    assert not set(lists[0]) & {"?", "#"}


def test_a_token_list_is_served_as_the_standard_says(node, acme, client, clock):
    credential_id, status = reserve_token(node, acme)
    reference = token_list.parse_status(status)
    clock.move(minutes=1)
    with tenant_session(node.app_engine, acme) as session:
        service.set_status(node, session, [credential_id], "suspended", now=node.now())

    answer = client.get(reference.uri.removeprefix(ORIGIN))

    assert answer.headers["content-type"] == "application/statuslist+jwt"
    token = list_token.read(answer.text)
    assert token.jws.header == {"alg": "ES256", "kid": token.jws.kid, "typ": "statuslist+jwt"}
    assert token.claims["sub"] == reference.uri
    assert token.claims["ttl"] == TTL_S
    assert token.claims["iat"] == int(clock.now.timestamp())
    assert token.claims["exp"] - token.claims["iat"] == 14 * 24 * 3600
    said = list_token.check_status_claim(
        status,
        fetch_token=lambda uri: client.get(uri.removeprefix(ORIGIN)).text,
        key_of=list_token.key_by_did(
            "did:web:issuer.example:t:acme",
            get_key=lambda url, purpose: node.resolver.require_document(url.partition("#")[0]).require_method(
                url, purpose
            ),
        ),
        now=node.now(),
        clock_skew_s=60,
    )
    assert (said.purpose, said.status) == ("suspension", 2)


def test_a_token_list_is_renewed_long_before_it_expires(node, acme, clock, client):
    _credential_id, status = reserve_token(node, acme)
    issue(node, acme, 1)  # a list that does not expire
    clock.move(days=6)
    assert renew_lists(node) == 0

    clock.move(days=2)

    assert (renew_lists(node), renew_lists(node)) == (1, 0)
    claims = list_token.read(client.get(status["status_list"]["uri"].removeprefix(ORIGIN)).text).claims
    assert claims["iat"] == int(clock.now.timestamp())
    assert timedelta(days=14) > 2 * RENEWED_AFTER - timedelta(days=1)


def test_a_revocation_list_names_nothing_that_leads_to_a_person(node, acme, client):
    """The address of a credential's page is the key to it; a list that everybody reads must not hold it."""
    put_template(node, acme, status={"kind": "1EdTechRevocationList"})
    issued = issue(node, acme, 3)
    documents = [json.loads(credential.data) for credential in issued.credentials]
    revoke(node, issued.public_ids[1], reason=None, actor="test", now=node.now())

    answer = client.get(documents[1]["credentialStatus"]["id"].removeprefix(ORIGIN))

    assert answer.headers["content-type"] == "application/json"
    listed = answer.json()
    revoked = {each["id"] for each in listed["revokedCredential"]}
    assert (listed["id"], listed["issuer"]) == (documents[1]["credentialStatus"]["id"], documents[1]["issuer"]["id"])
    assert [document["id"] in revoked for document in documents] == [False, True, False]
    assert all(each.startswith("urn:uuid:") for each in revoked)
    assert not any(public_id in answer.text for public_id in issued.public_ids)
    assert len(revoked) > 100  # most of them are decoys


def test_the_entry_of_a_revocation_list_comes_with_its_context(node, acme):
    put_template(node, acme, status={"kind": "1EdTechRevocationList"})

    document = json.loads(issue(node, acme, 1).credentials[0].data)

    assert document["@context"][-1] == "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
    assert document["credentialStatus"]["type"] == "1EdTechRevocationList"


def test_a_badge_has_one_entry_unless_the_template_says_otherwise(node, acme, clock):
    one = json.loads(issue(node, acme, 1).credentials[0].data)
    put_template(node, acme, status=BOTH)
    clock.move(seconds=1)  # ids sort by time
    two = json.loads(issue(node, acme, 1).credentials[-1].data)

    assert one["credentialStatus"]["statusPurpose"] == "revocation"
    assert [entry["statusPurpose"] for entry in two["credentialStatus"]] == ["revocation", "suspension"]


def test_templates_of_one_identity_share_their_lists(node, acme):
    issue(node, acme, 2)
    put_template(node, acme, achievement=put_other_name())
    issue(node, acme, 2)

    with tenant_session(node.app_engine, acme) as session:
        assert len(session.scalars(select(StatusList)).all()) == 1
        assert len(session.scalars(select(StatusEntry)).all()) == 4


def put_other_name():
    from tests.factories import TEMPLATE

    return {**TEMPLATE["achievement"], "name": "Second aid"}
