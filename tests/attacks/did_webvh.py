"""Logs and identifiers of did:webvh that a resolver must refuse.

Each builds one log (and the witnesses' file) and names the words of the refusal and where the attack
comes from. Sources named "suite" are the negative vectors of decentralized-identity/didwebvh-test-suite,
each a bug that an audit found in real resolvers. Run by `tests/did/test_webvh.py`.
"""

from tests.did.webvh_builder import Builder, Key, witness_parameter

OTHER, NEXT, WITNESS, SECOND = Key(2), Key(3), Key(4), Key(5)


def _set(**members):
    return lambda entry: entry.update(members)


def _parameter(**members):
    return lambda entry: entry["parameters"].update(members)


def _proof(**members):
    return lambda entry: entry["proof"][0].update(members)


def _drop(name):
    return lambda entry: entry.pop(name)


def foreign_document():
    builder = Builder()
    return builder.add(state={**builder.entries[0]["state"], "id": Builder(domain="victim.example").did})


def moved(*, portable=True, names_old=True):
    builder = Builder(portable=portable)
    state = {**builder.entries[0]["state"], "id": builder.did.replace("issuer.example", "new.example")}
    if names_old:
        state["alsoKnownAs"] = [builder.did]
    return builder.add(state=state)


def borrowed_scid():
    """The victim's SCID in front of one's own first entry."""
    victim, builder = Builder(domain="victim.example"), Builder(key=OTHER)
    builder.entries[0]["parameters"]["scid"] = victim.scid
    builder.entries[0]["state"]["id"] = victim.did
    builder.scid, builder.did = victim.scid, victim.did
    return builder.resign(0)


def rewritten_first():
    return Builder().forge(0, lambda entry: entry["state"].update(extra=1)).resign(0)


def cut_in_the_middle():
    builder = Builder().add().add()
    del builder.entries[1]
    return builder


def misnumbered(change):
    """An entry that its controller signed with a versionId that is not its own."""
    builder = Builder().add()
    entry = {name: value for name, value in builder.entries[1].items() if name != "proof"}
    entry["versionId"] = change(entry["versionId"])
    builder.entries[1] = {**entry, "proof": [builder.key.proof(entry)]}
    return builder


# name, builder, words of the refusal, source
LOGS = [
    ("first-entry-rewritten", rewritten_first, "not the hash of the first entry", "section Verify SCID"),
    ("scid-borrowed", borrowed_scid, "not the hash of the first entry", "suite: negative-scid-mismatch-genesis"),
    ("document-of-another-scid", foreign_document, "is not one of", "suite: negative-portable-scid-swap"),
    ("not-portable", lambda: moved(portable=False), "not portable", "section DID Portability"),
    ("old-name-left-out", lambda: moved(names_old=False), "does not name the old", "section DID Portability"),
    (
        "portable-later",
        lambda: Builder().add(parameters={"portable": True}),
        "or never",
        "section Parameters, portable",
    ),
    ("signed-by-a-stranger", lambda: Builder().add(key=OTHER), "may not update", "section Authorized Keys"),
    (
        "signed-by-a-key-named-in-the-same-entry",
        lambda: Builder().add(key=OTHER, parameters={"updateKeys": [OTHER.multikey]}),
        "may not update",
        "section Authorized Keys, no pre-rotation",
    ),
    (
        "signed-by-a-key-rotated-out",
        lambda: Builder().add(parameters={"updateKeys": [OTHER.multikey]}).add(),
        "may not update",
        "section Authorized Keys",
    ),
    (
        "second-proof-by-a-stranger",
        lambda: Builder().add(keys=[Key(1), OTHER]),
        "may not update",
        "section Read, step 2",
    ),
    (
        "no-update-key-left",
        lambda: Builder().add(parameters={"updateKeys": []}).add(),
        "may not update",
        "section Deactivate",
    ),
    (
        "after-deactivation",
        lambda: Builder().add(parameters={"deactivated": True}).add(),
        "deactivation",
        "section Parameters, deactivated",
    ),
    (
        "key-not-committed-to",
        lambda: Builder(nextKeyHashes=[NEXT.commitment]).add(
            key=OTHER, parameters={"updateKeys": [OTHER.multikey], "nextKeyHashes": []}
        ),
        "not committed to",
        "section Pre-Rotation",
    ),
    (
        "pre-rotation-without-update-keys",
        lambda: Builder(nextKeyHashes=[NEXT.commitment]).add(parameters={"nextKeyHashes": []}),
        "has updateKeys and nextKeyHashes",
        "suite: negative-pre-rotation-omit-updatekeys",
    ),
    (
        "pre-rotation-without-next-hashes",
        lambda: Builder(nextKeyHashes=[NEXT.commitment]).add(key=NEXT, parameters={"updateKeys": [NEXT.multikey]}),
        "has updateKeys and nextKeyHashes",
        "section Pre-Rotation, step 4",
    ),
    (
        "content-changed",
        lambda: Builder().add().forge(1, _set(state={"id": "did:webvh:x"})),
        "does not verify",
        "section Read, step 2",
    ),
    ("entry-left-out", cut_in_the_middle, "versionId is", "section Verify The Entry Hash"),
    (
        "unknown-member",
        lambda: Builder().add(change=_set(extra=1)),
        "does not have the members",
        "section The DID Log File",
    ),
    (
        "hash-wrong-but-signed",
        lambda: misnumbered(lambda text: text[:-1] + "x"),
        "versionId is",
        "section Verify The Entry Hash",
    ),
    ("number-skipped", lambda: misnumbered(lambda text: "3" + text[1:]), "versionId is", "section Read, step 3.1"),
    (
        "dash-left-out",
        lambda: misnumbered(lambda text: text.replace("-", "", 1)),
        "versionId is",
        "section Read, step 3.2",
    ),
    ("version-id-not-text", lambda: misnumbered(lambda _: 2), "versionId is", "section The DID Log File"),
    ("proof-left-out", lambda: Builder().forge(0, _drop("proof")), "members", "suite: missing-proof"),
    ("no-proof", lambda: Builder().forge(0, _set(proof=[])), "no list of proofs", "section Read, step 2"),
    ("proof-not-a-list", lambda: Builder().forge(0, _set(proof={})), "no list of proofs", "section The DID Log File"),
    ("proof-not-an-object", lambda: Builder().forge(0, _set(proof=["x"])), "not an object", "section The DID Log File"),
    ("too-many-proofs", lambda: Builder().forge(0, _set(proof=[{}] * 17)), "no list of proofs", "a bound"),
    (
        "other-cryptosuite",
        lambda: Builder().forge(0, _proof(cryptosuite="eddsa-rdfc-2022")),
        "only eddsa-jcs-2022",
        "suite: negative-wrong-cryptosuite",
    ),
    (
        "other-proof-type",
        lambda: Builder().forge(0, _proof(type="Ed25519Signature2020")),
        "only eddsa-jcs-2022",
        "suite: negative-wrong-cryptosuite",
    ),
    (
        "other-purpose",
        lambda: Builder().add(proofPurpose="authentication"),
        "not assertionMethod",
        "section Read, step 2",
    ),
    (
        "fragment-of-another-key",
        lambda: Builder().forge(0, _proof(verificationMethod=f"{OTHER.did}#{Key(1).multikey}")),
        "own fragment",
        "suite: negative-did-key-body-fragment-mismatch",
    ),
    (
        "method-is-no-did-key",
        lambda: Builder().forge(0, _proof(verificationMethod="did:web:a#b")),
        "own fragment",
        "section Authorized Keys",
    ),
    (
        "context-in-the-proof",
        lambda: Builder().add(**{"@context": "https://x.example"}),
        "context",
        "EdDSA Cryptosuites 1.0, section 3.3.2",
    ),
    (
        "proof-value-in-another-base",
        lambda: Builder().forge(0, _proof(proofValue="uAAAA")),
        "base58btc",
        "EdDSA Cryptosuites 1.0, section 3.3.2",
    ),
    ("proof-value-short", lambda: Builder().forge(0, _proof(proofValue="z2")), "64 bytes", "RFC 8032"),
    (
        "time-not-later",
        lambda: Builder().add(time="2026-01-01T00:00:01Z"),
        "not later",
        "suite: negative-versiontime-non-monotonic",
    ),
    (
        "time-backwards",
        lambda: Builder().add(time="2025-01-01T00:00:00Z"),
        "not later",
        "suite: negative-versiontime-non-monotonic",
    ),
    (
        "time-in-the-future",
        lambda: Builder().add(time="2099-01-01T00:00:00Z"),
        "future",
        "suite: negative-versiontime-future",
    ),
    ("time-without-zone", lambda: Builder().add(time="2026-01-01T00:01:00"), "time in UTC", "section Read, step 4"),
    (
        "time-in-another-zone",
        lambda: Builder().add(time="2026-01-01T00:01:00+01:00"),
        "time in UTC",
        "section Read, step 4",
    ),
    ("time-that-is-none", lambda: Builder().add(time="2026-13-01T00:01:00Z"), "time in UTC", "section Read, step 4"),
    (
        "unknown-version",
        lambda: Builder(method="did:webvh:9.9"),
        "not a version",
        "suite: negative-unknown-method-version",
    ),
    (
        "unknown-version-later",
        lambda: Builder().add(parameters={"method": "did:webvh:2.0"}),
        "not a version",
        "suite: negative-unknown-method-version",
    ),
    (
        "older-version-later",
        lambda: Builder().add(parameters={"method": "did:webvh:0.5"}),
        "not a version",
        "section Parameters, method",
    ),
    ("no-version", lambda: Builder(method=...), "not a version", "section Parameters, method"),
    ("no-update-keys", lambda: Builder(updateKeys=...), "no scid or no updateKeys", "section Parameters, updateKeys"),
    (
        "scid-again",
        lambda: Builder().add(parameters={"scid": Builder().scid}),
        "first entry only",
        "section Parameters, scid",
    ),
    (
        "unknown-parameter",
        lambda: Builder().add(parameters={"prerotation": True}),
        "no parameter",
        "section Parameters",
    ),
    (
        "parameters-not-an-object",
        lambda: Builder().add(change=_set(parameters=[])),
        "not an object",
        "section Parameters",
    ),
    (
        "state-not-an-object",
        lambda: Builder().add(change=_set(state=[])),
        "no document with an id",
        "section Read, step 6",
    ),
    (
        "update-key-is-p256",
        lambda: Builder().add(parameters={"updateKeys": ["zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"]}),
        "Ed25519",
        "section Parameters, method",
    ),
    (
        "update-key-is-none",
        lambda: Builder().add(parameters={"updateKeys": ["x"]}),
        "not a Multikey",
        "section Parameters, updateKeys",
    ),
    (
        "update-keys-not-a-list",
        lambda: Builder().add(parameters={"updateKeys": "z6Mk"}),
        "not a list",
        "section Parameters, allowed values",
    ),
    ("too-many-hashes", lambda: Builder().add(parameters={"nextKeyHashes": ["x"] * 101}), "not a list", "a bound"),
    ("ttl-negative", lambda: Builder().add(parameters={"ttl": -1}), "ttl", "section Parameters, ttl"),
    ("ttl-too-large", lambda: Builder().add(parameters={"ttl": 2**31 + 1}), "ttl", "section Parameters, ttl"),
    ("ttl-true", lambda: Builder().add(parameters={"ttl": True}), "ttl", "section Parameters, allowed values"),
    (
        "deactivated-text",
        lambda: Builder().add(parameters={"deactivated": "true"}),
        "neither true nor false",
        "section Parameters, allowed values",
    ),
    (
        "watchers-numbers",
        lambda: Builder().add(parameters={"watchers": [1]}),
        "not a list",
        "section Parameters, allowed values",
    ),
    (
        "witness-threshold-zero",
        lambda: Builder(witness=witness_parameter(0, WITNESS)),
        "threshold",
        "suite: negative-zero-witness-threshold",
    ),
    (
        "witness-threshold-too-high",
        lambda: Builder(witness=witness_parameter(2, WITNESS)),
        "threshold",
        "section The witness Parameter",
    ),
    (
        "witness-named-twice",
        lambda: Builder(witness=witness_parameter(2, WITNESS, WITNESS)),
        "named twice",
        "suite: negative-duplicate-witness-ids",
    ),
    (
        "witness-nobody",
        lambda: Builder(witness={"threshold": 1, "witnesses": []}),
        "names nobody",
        "section The witness Parameter",
    ),
    (
        "witness-no-did-key",
        lambda: Builder(witness={"threshold": 1, "witnesses": [{"id": "did:web:a"}]}),
        "not a did:key",
        "section Witness DIDs",
    ),
    (
        "witness-too-many",
        lambda: Builder(witness={"threshold": 1, "witnesses": [{"id": WITNESS.did}] * 101}),
        "more than 100",
        "a bound",
    ),
]


def replayed():
    """The witness approved another DID of the same controller."""
    builder = Builder(witness=witness_parameter(1, WITNESS))
    other = Builder(domain="other.example", witness=witness_parameter(1, WITNESS))
    item = other.witnessed(0, WITNESS)
    return builder, [{**item, "versionId": builder.entries[0]["versionId"]}]


def _witnessed(witnesses, **proof):
    def build():
        builder = Builder(witness=witness_parameter(1, WITNESS))
        return builder, [builder.witnessed(0, *witnesses, **proof)] if witnesses else []

    return build


def named_later_but_not_asked():
    builder = Builder().add(parameters={"witness": witness_parameter(1, WITNESS)})
    return builder, []


def given_up_without_approval():
    builder = Builder(witness=witness_parameter(1, WITNESS)).add(parameters={"witness": {}})
    return builder, [builder.witnessed(0, WITNESS)]


def replaced_by_themselves():
    builder = Builder(witness=witness_parameter(1, WITNESS)).add(parameters={"witness": witness_parameter(1, SECOND)})
    return builder, [builder.witnessed(0, WITNESS), builder.witnessed(1, SECOND)]


def one_of_two_twice():
    builder = Builder(witness=witness_parameter(2, WITNESS, SECOND))
    return builder, [builder.witnessed(0, WITNESS, WITNESS)]


def of_an_unpublished_entry():
    builder = Builder(witness=witness_parameter(1, WITNESS)).add()
    item = builder.witnessed(1, WITNESS)
    del builder.entries[1]
    return builder, [item]


WITNESSES = [
    ("nobody-approves", _witnessed([]), "section Verifying Witness Proofs"),
    ("a-stranger-approves", _witnessed([OTHER]), "section Verifying Witness Proofs"),
    ("approval-of-another-did", replayed, "suite: negative-cross-did-witness-replay"),
    (
        "approval-for-another-purpose",
        _witnessed([WITNESS], proofPurpose="authentication"),
        "section The Witness Proofs File",
    ),
    ("one-witness-counted-twice", one_of_two_twice, "section Witness Threshold Algorithm"),
    ("named-and-effective-at-once", named_later_but_not_asked, "section Parameters, witness"),
    ("given-up-without-approval", given_up_without_approval, "section Parameters, witness"),
    ("replaced-by-the-new-ones", replaced_by_themselves, "section Witness Lists"),
    ("approval-of-an-unpublished-entry", of_an_unpublished_entry, "section The Witness Proofs File"),
]

_SCID = "QmUy89VrfryQ254CeHZzQfmcKqByPoKNGqYykP3SeXuegQ"

IDENTIFIERS = [
    (f"did:webvh:{_SCID}:issuer.example:..:..:etc", "suite: negative-path-traversal-did"),
    (f"did:webvh:{_SCID}:issuer.example:%2e%2e:etc", "suite: negative-pct-encoded-traversal"),
    (f"did:webvh:{_SCID}:issuer.example:a%2Fb", "suite: negative-pct-encoded-traversal"),
    (f"did:webvh:{_SCID}:127%2E0%2E0%2E1", "suite: negative-pct-encoded-ip-host"),
    (f"did:webvh:{_SCID}:10.0.0.1", "section Method-Specific Identifier"),
    (f"did:webvh:{_SCID}:10.0.0.1%3a8080", "suite: negative-lowercase-pct-port-ip"),
    (f"did:webvh:{_SCID}:issuer.example#@evil.example", "suite: negative-fragment-leaks-into-domain"),
    (f"did:webvh:{_SCID}:issuer.example%23evil.example", "suite: negative-fragment-leaks-into-domain"),
    (f"did:webvh:{_SCID}", "section Method-Specific Identifier"),
    (f"did:webvh:{_SCID}:", "section Method-Specific Identifier"),
    ("did:webvh:issuer.example", "section Method-Specific Identifier"),
    ("did:webvh:Qm:issuer.example", "section Method-Specific Identifier"),
    ("did:webvh:" + "0" * 46 + ":issuer.example", "base58 has no 0"),
]
