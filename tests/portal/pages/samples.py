"""A small node in memory: credentials in every standing, without keys, database or chain."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from portal.pages.source import Demo, FormLink, NodeFacts, PublicCredential
from vc.report import Check, Outcome, Report
from vc.secured import Form

NOW = datetime(2026, 11, 24, 14, 3, 27, tzinfo=UTC)
ORIGIN = "http://127.0.0.1:8000"
PASSED, FAILED, UNDECIDED = Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED

DOCUMENT = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": f"{ORIGIN}/c/demo-1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {
        "id": "did:web:registrar.acme-university.example",
        "type": ["Profile"],
        "name": "Acme University",
    },
    "validFrom": "2026-06-30T00:00:00Z",
    "validUntil": "2031-06-30T00:00:00Z",
    "name": "Bachelor of Science in Marine Biology",
    "credentialSubject": {
        "id": "urn:uuid:6f0f7d3c-6a34-4dc0-9d3c-1f7f9f4b8c11",
        "type": ["AchievementSubject"],
        "name": "Zoë Ærøskøbing",
        "achievement": {
            "id": "https://acme-university.example/achievements/bsc-marine-biology",
            "type": ["Achievement"],
            "achievementType": "BachelorDegree",
            "name": "Bachelor of Science in Marine Biology",
            "description": "Three years of study, 180 credits, with a thesis on kelp forests of the North Atlantic.",
            "criteria": {"narrative": "All modules passed; thesis defended in public."},
            "resultDescription": [
                {
                    "id": "urn:example:final-grade",
                    "type": ["ResultDescription"],
                    "name": "Final grade",
                    "resultType": "GradePointAverage",
                }
            ],
        },
        "creditsEarned": 180,
        "result": [{"type": ["Result"], "value": "1.3", "resultDescription": "urn:example:final-grade"}],
    },
    "credentialStatus": {
        "id": f"{ORIGIN}/t/acme/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": f"{ORIGIN}/t/acme/status/1",
    },
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-06-30T08:00:00Z",
        "verificationMethod": "did:web:registrar.acme-university.example#key-1",
        "proofPurpose": "assertionMethod",
        "proofValue": "z3Kq1yBQ4vV9k2t8dJ5nR7sWc6mX4uE1pL9oG3hF8aT2bN5jM7vC6xZ1qS4wD9eR",
    },
}

ANCHOR = {
    "type": "AnchorProof",
    "version": 1,
    "kind": 1,
    "salt": "a1" * 32,
    "levels": [
        {"index": 411, "treeSize": 950, "path": [f"{n:02x}" * 32 for n in range(10)]},
        {"index": 3, "treeSize": 7, "path": [f"{n:02x}" * 32 for n in range(16, 19)]},
    ],
    "root": "5c" * 32,
    "state": "final",
    "anchor": {
        "chain": "eip155:31337",
        "contract": "0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "account": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "transaction": "0x" + "7e" * 32,
        "block": 128,
        "blockHash": "0x" + "9d" * 32,
        "time": "2026-06-30T08:02:11Z",
    },
}

LINES = {
    "structure": {
        PASSED: ("The credential follows the rules of its format.", None),
        FAILED: ("The credential breaks the rules of its format.", "malformed"),
    },
    "issuer": {
        PASSED: ("The key that signed the credential is published by its issuer, for signing credentials.", None),
        FAILED: ("The issuer's identifier leads nowhere.", "issuer-not-found"),
        UNDECIDED: ("The issuer's public keys could not be fetched just now. Try again later.", "issuer-unreachable"),
    },
    "proof": {
        PASSED: ("The signature is intact: nothing in the credential was changed after it was signed.", None),
        FAILED: ("The signature does not fit: something was changed after it was signed.", "proof-invalid"),
        UNDECIDED: ("The signature could not be checked without the issuer's key.", "issuer-unreachable"),
    },
    "validity": {
        PASSED: ("The credential is valid until 30 June 2031.", None),
        FAILED: ("The credential expired on 30 June 2025.", "expired"),
    },
    "status": {
        PASSED: ("The issuer has not revoked this credential.", None),
        FAILED: ("The issuer revoked this credential.", "revoked"),
        UNDECIDED: ("The issuer's status list could not be fetched just now.", "status-unavailable"),
    },
    "schema": {
        PASSED: ("The credential names no description of its content.", "no-schema"),
        FAILED: ("The credential's content does not fit the description that it names.", "schema-invalid"),
    },
    "anchor": {
        PASSED: ("A fingerprint of the credential stands in block 128 of eip155:31337.", None),
        FAILED: ("The anchor proof does not lead to the root on the chain.", "anchor-invalid"),
        UNDECIDED: ("The chain could not be asked.", "chain-unavailable"),
    },
}


def report(**outcomes: Outcome) -> Report:
    """All checks passed, but for those named."""
    checks = []
    for name, lines in LINES.items():
        outcome = outcomes.get(name, PASSED)
        message, code = lines.get(outcome, ("It could not be finished.", f"{name}-unavailable"))
        checks.append(Check(name, outcome, message, code))
    return Report(tuple(checks))


def early_report() -> Report:
    early = Check("validity", FAILED, "The credential is not valid before 1 March 2027.", "not-yet-valid")
    return report().with_checks([early])


def unlisted_report() -> Report:
    note = "The issuer did not provide a way to revoke this credential."
    return report().with_checks([Check("status", PASSED, note, "no-status")])


def document(**changes: object) -> dict[str, object]:
    return {**copy.deepcopy(DOCUMENT), **changes}


def with_names(name: str) -> dict[str, object]:
    """A document where everything a stranger may choose says `name`."""
    changed = document(name=name, issuer={"id": "did:web:acme.example", "type": ["Profile"], "name": name})
    subject = changed["credentialSubject"]
    subject.update({"name": name, "free": name, name[:40] or "empty": "x"})
    subject["achievement"].update({"name": name, "description": name, "achievementType": name})
    return changed


def credential(
    public_id: str = "demo-1", doc: Mapping[str, object] | None = None, **changes: object
) -> PublicCredential:
    doc = DOCUMENT if doc is None else doc
    base = PublicCredential(
        public_id=public_id,
        tenant_slug="acme",
        tenant_name="Acme University",
        format="ldp_vc",
        data=json.dumps(doc).encode(),
        document=doc,
        award_state="active",
        award_reason=None,
        visibility="link",
        anchor=ANCHOR,
        issued_at=datetime(2026, 6, 30, 8, tzinfo=UTC),
        forms=(FormLink("ldp_vc", public_id),),
    )
    return replace(base, **changes)


FACTS = NodeFacts(
    origin=ORIGIN,
    version="0.1.0",
    chain="eip155:31337",
    chain_is_local=True,
    tls=False,
    phone_origin="http://192.168.1.20:8000",
    api_key_file="/srv/node/.dcp/api-key",
    tenant_slugs=("demo",),
)


@dataclass
class MemorySource:
    """Answers from dictionaries. A report is looked up by the digestable bytes, else by `default`."""

    credentials: dict[str, PublicCredential] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    facts: NodeFacts = FACTS
    demo_id: str | None = "demo-1"
    default: Report = field(default_factory=report)
    verified: list[tuple[object, object]] = field(default_factory=list)
    fetch: object = None

    def add(self, item: PublicCredential, outcome: Report | None = None) -> None:
        self.credentials[item.public_id] = item
        if outcome is not None:
            self.reports[item.data.decode()] = outcome

    def find_credential(self, public_id: str) -> PublicCredential | None:
        return self.credentials.get(public_id)

    def demo(self) -> Demo | None:
        return Demo(self.credentials[self.demo_id]) if self.demo_id in self.credentials else None

    def revoke_demo(self, public_id: str) -> None:
        old = self.credentials[public_id]
        self.credentials[public_id] = replace(old, award_state="revoked", award_reason="Revoked from the start page")

    def node_facts(self) -> NodeFacts:
        return self.facts

    def verify(self, data: bytes | Mapping[str, object], anchor: Mapping[str, object] | None) -> Report:
        self.verified.append((data, anchor))
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else json.dumps(data)
        if text in self.reports:
            return self.reports[text]
        if "highest honours" in text:
            return report(proof=FAILED, anchor=FAILED)
        if not text.lstrip().startswith("{"):
            rest = dict.fromkeys(LINES, UNDECIDED)
            return report(**{**rest, "structure": FAILED})
        return self.default


def full_source() -> MemorySource:
    """One credential for each look of the page."""
    source = MemorySource()
    source.add(credential(), report())
    expired = document(id=f"{ORIGIN}/c/expired", validUntil="2025-06-30T00:00:00Z")
    early = document(id=f"{ORIGIN}/c/early", validFrom="2027-03-01T00:00:00Z")
    looks: dict[str, tuple[PublicCredential, Report]] = {
        "revoked": (credential("revoked", document(id="urn:revoked"), award_state="revoked", award_reason="The thesis was withdrawn."), report(status=FAILED)),
        "suspended": (credential("suspended", document(id="urn:suspended"), award_state="suspended"), report()),
        "expired": (credential("expired", expired, anchor=None), report(validity=FAILED)),
        "early": (credential("early", early), early_report()),
        "altered": (credential("altered", document(id="urn:altered")), report(proof=FAILED, anchor=FAILED)),
        "undecided": (credential("undecided", document(id="urn:undecided"), anchor={**ANCHOR, "state": "mined"}), report(issuer=UNDECIDED, proof=UNDECIDED, status=UNDECIDED)),
        "private": (credential("private", visibility="private"), report()),
        "mined": (credential("mined", document(id="urn:mined"), anchor={**ANCHOR, "state": "mined", "anchor": {**ANCHOR["anchor"], "chain": "eip155:137"}}), report()),
        "forms": (credential("forms", document(id="urn:forms"), forms=tuple(FormLink(form.value, "forms" if form is Form.LDP_VC else form.value) for form in Form)), report()),
        "scripts": (credential("scripts", _many_scripts()), report()),
        "plain": (credential("plain", {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"], "issuer": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "credentialSubject": {"id": "did:example:holder-of-something", "alumniOf": {"id": "did:example:u", "name": "Example University"}}}, anchor=None), unlisted_report()),
    }  # fmt: skip
    for item, outcome in looks.values():
        source.add(item, outcome)
    return source


def _many_scripts() -> dict[str, object]:
    doc = document(
        id="urn:scripts", issuer={"id": "did:web:localhost%3A8000:t:acme", "name": "جامعة القاهرة · 开罗大学"}
    )
    doc["credentialSubject"].update(
        {"name": "فاطمة الزهراء بنت عبد الرحمن", "spoken": "देवनागरी, 中文, עברית", "spoof": "gpj.\u202egniht\u202c"}
    )
    doc["credentialSubject"]["achievement"].update(
        {"name": "بكالوريوس العلوم في الأحياء البحرية", "description": "ثلاث سنوات من الدراسة."}
    )
    return doc
