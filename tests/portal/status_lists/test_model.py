"""Whatever is issued, withdrawn and given back in whatever order: every list says exactly what happened."""

import itertools
import json
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agent.issuance.template_status import ONE_ED_TECH, StatusSettings
from agent.status import permute
from portal.db.ids import new_id
from portal.db.session import tenant_session
from portal.keys import repository as keys
from portal.status_lists import decoys, service
from portal.status_lists.kinds import KINDS, ONE_ED_TECH_REVOCATION, REVOCATION, SUSPENSION, TOKEN, kind_of, kinds_for
from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion
from portal.status_lists.publish import id_at, list_key
from tests.factories import make_tenant

FORMS = {
    "plain": ("ldp_vc", StatusSettings()),
    "both": ("vc+jwt", StatusSettings(purposes=("revocation", "suspension"))),
    "token": ("dc+sd-jwt", StatusSettings()),
    "1edtech": ("ob-jwt", StatusSettings(kind=ONE_ED_TECH)),
}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("issue"), st.lists(st.sampled_from(sorted(FORMS)), min_size=1, max_size=6)),
        st.tuples(
            st.sampled_from(["suspended", "active", "revoked"]), st.lists(st.integers(0, 50), min_size=1, max_size=4)
        ),
    ),
    min_size=2,
    max_size=8,
)


@pytest.fixture
def acme(node):
    return make_tenant(node)


@given(steps=STEPS)
# Not shrunk: an example takes a second, and the steps of a failing one are short enough to read.
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_list_agrees_with_a_model(node, acme, steps):
    """The model: a dictionary. Indexes are unique within a list, no decoy is anybody's, and what is published is what
    is stored.
    """
    model = {}
    with tenant_session(node.app_engine, acme) as session:
        identity_id = keys.identity(session, "web").id
        for act, what in steps:
            if act == "issue":
                wants = [(new_id(node.now()), *FORMS[name]) for name in what]
                references = service.reserve(node, session, identity_id, wants, now=node.now())
                assert [bool(references[each[0]].token) for each in wants] == [name == "token" for name in what]
                model |= {each[0]: ("active", each[1:]) for each in wants}
                continue
            able = [
                each
                for each, (state, form) in model.items()
                if state != "revoked" and (act != "suspended" or any(kind.can_suspend for kind in kinds_for(*form)))
            ]
            chosen = {able[number % len(able)] for number in what} if able else set()
            service.set_status(node, session, sorted(chosen), act, now=node.now())
            model |= {each: (act, model[each][1]) for each in chosen}
        check(node, session, model)


def check(node, session, model):
    lists = {each.id: each for each in session.scalars(select(StatusList))}
    entries = session.scalars(select(StatusEntry).where(StatusEntry.credential_id.in_(model))).all()
    found = {}
    for entry in entries:
        kind = kind_of(lists[entry.list_id].encoding, lists[entry.list_id].purpose)
        state, form = model[entry.credential_id]
        assert kind in kinds_for(*form)
        assert kind.read(lists[entry.list_id].bits, entry.index) == kind.value_of(state)
        found.setdefault(entry.credential_id, set()).add(kind)
    assert found == {each: set(kinds_for(*form)) for each, (_state, form) in model.items()}
    for status_list in lists.values():
        key = list_key(node, status_list)
        taken = session.scalars(select(StatusEntry.index).where(StatusEntry.list_id == status_list.id)).all()
        assert len(set(taken)) == len(taken) == status_list.next_counter
        set_aside = {permute(service.SIZE - 1 - number, key, service.SIZE) for number in range(status_list.decoys)}
        assert not set_aside & set(taken)
        kind = kind_of(status_list.encoding, status_list.purpose)
        nonzero = set_of(kind, status_list.bits)
        assert nonzero <= set_aside | set(taken)
        newest = session.scalars(
            select(StatusListVersion.data)
            .where(StatusListVersion.list_id == status_list.id)
            .order_by(StatusListVersion.version.desc())
        ).first()
        if kind == ONE_ED_TECH_REVOCATION:
            listed = json.loads(newest)["revokedCredential"]
            assert {each["id"] for each in listed} == {id_at(key, index) for index in nonzero}


def set_of(kind, bits):
    """The indexes whose value is not 0."""
    per_byte = 8 // kind.bits
    touched = [place for place, byte in enumerate(bits) if byte]
    return {
        index
        for place in touched
        for index in range(place * per_byte, (place + 1) * per_byte)
        if kind.read(bits, index)
    }


def test_the_order_of_issuing_cannot_be_read_from_the_indexes(node):
    tenant_id = make_tenant(node)
    with tenant_session(node.app_engine, tenant_id) as session:
        identity_id = keys.identity(session, "web").id
        ids = sorted(new_id(node.now()) for _ in range(500))
        wants = [(each, *FORMS["token"]) for each in ids]
        given_ = service.reserve(node, session, identity_id, wants, now=node.now())

    indexes = [given_[each].token["status_list"]["idx"] for each in ids]
    assert len(set(indexes)) == 500
    ascents = sum(a < b for a, b in itertools.pairwise(indexes))
    assert 215 < ascents < 285  # half of 499; standard deviation 6.5
    assert sum(abs(a - b) == 1 for a, b in itertools.pairwise(indexes)) < 3


# --- decoys ----------------------------------------------------------------------------------------

KEY, SIZE = b"k" * 32, 131_072


def a_list(kind, *, taken=1_000, seed=1):
    status_list = StatusList(next_counter=taken, decoys=decoys.first_decoys(SIZE, Random(seed)))
    bits = kind.new_bits(SIZE)
    decoys.plant(status_list, kind, bits, KEY, size=SIZE, random=Random(seed))
    return status_list, bits


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.encoding}-{kind.purpose}")
def test_a_new_list_already_looks_as_if_awards_had_been_withdrawn(kind):
    status_list, bits = a_list(kind)

    values = [kind.read(bits, index) for index in range(SIZE)]

    assert 512 <= status_list.decoys < 1_024
    assert set(values) == {0, *kind.values.values()}
    assert 150 < sum(value != 0 for value in values) < 1_024


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.encoding}-{kind.purpose}")
def test_no_decoy_is_the_entry_of_a_credential_even_of_one_to_come(kind):
    status_list, bits = a_list(kind)
    random = Random(2)
    for _ in range(3_000):
        decoys.stir(status_list, kind, bits, KEY, size=SIZE, random=random)

    assert status_list.decoys == 4_096
    givable = range(SIZE - status_list.decoys)
    assert not any(kind.read(bits, permute(counter, KEY, SIZE)) for counter in givable[::7])


@pytest.mark.parametrize("kind", [REVOCATION, TOKEN, SUSPENSION], ids=lambda kind: f"{kind.encoding}-{kind.purpose}")
def test_decoys_move_as_awards_do(kind):
    """Nothing comes back from revoked. What was suspended may be good again, or be revoked."""
    status_list, bits = a_list(kind)
    random, moves = Random(3), set()
    places = [permute(SIZE - 1 - number, KEY, SIZE) for number in range(status_list.decoys)]
    for _ in range(100):
        before = bytes(bits)
        decoys.stir(status_list, kind, bits, KEY, size=SIZE, random=random)
        moves |= {(kind.read(before, index), kind.read(bits, index)) for index in places}

    revoked, suspended = kind.values.get("revoked"), kind.values.get("suspended")
    assert {move for move in moves if move[0] == revoked} <= {(revoked, revoked)}
    if suspended is not None:
        assert {(suspended, 0), (0, suspended)} <= moves


def test_a_list_from_before_gets_its_decoys_with_its_next_version():
    status_list, bits = StatusList(next_counter=SIZE - 600, decoys=0), REVOCATION.new_bits(SIZE)

    decoys.stir(status_list, REVOCATION, bits, KEY, size=SIZE, random=Random(5))

    assert 512 <= status_list.decoys <= 600
    assert not any(REVOCATION.read(bits, permute(counter, KEY, SIZE)) for counter in range(0, SIZE - 600, 7))


def test_a_full_list_gets_no_more_decoys():
    status_list, bits = a_list(REVOCATION)
    status_list.next_counter = SIZE - status_list.decoys
    before = status_list.decoys

    for _ in range(50):
        decoys.stir(status_list, REVOCATION, bits, KEY, size=SIZE, random=Random(4))

    assert status_list.decoys == before
