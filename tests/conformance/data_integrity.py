"""W3C's Data Integrity vectors (w3c/vc-di-eddsa, w3c/vc-di-ecdsa): every file is made again, or used.

`python -m tests.conformance.data_integrity VECTORS_DIR`. A vector is one file of one folder.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from did.document import VerificationMethod
from did.keys import KeyType
from did.multikey import decode_multikey, decode_secret_multikey, encode_multikey
from vc import timestamps
from vc.canonical import jcs, rdf
from vc.errors import VcError
from vc.proofs import CRYPTOSUITES, disclosure, selective
from vc.proofs import ecdsa_sd_2023 as sd
from vc.proofs.data_integrity import add_proof, verify_proofs
from vc.proofs.sd_values import BaseProofValue, DerivedProofValue, key_of_bytes

NOW = datetime(2026, 11, 24, tzinfo=UTC)

Results = dict[str, tuple[int, list[str]]]
"""For each folder how many vectors passed, and a line for each that did not."""


class Folder:
    """The files of one folder. What `expect` was never asked about is a vector that was not run."""

    def __init__(self, path: Path, label: str) -> None:
        self.path = path
        self.label = label
        self.left = {file.name for file in path.iterdir() if file.is_file()}
        self.passed = 0
        self.failures: list[str] = []

    def text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))

    def expect(self, name: str, check: Callable[[], bool]) -> None:
        """The vector `name` passes if `check` says so."""
        self.left.discard(name)
        try:
            problem = None if check() else "another result"
        except VcError as error:
            problem = f"{type(error).__name__}: {error}"
        if problem is None:
            self.passed += 1
        else:
            self.failures.append(f"{self.label}/{name}: {problem}")

    def result(self) -> tuple[int, list[str]]:
        return self.passed, [*self.failures, *(f"{self.label}/{name}: not run" for name in sorted(self.left))]


class VectorKey:
    """A published key pair as a `vc.signer.Signer`; ECDSA as the vectors were made, with RFC 6979."""

    def __init__(self, public: str, secret: str, verification_method: str) -> None:
        self.public_key = decode_multikey(public)
        self.key_type = self.public_key.type
        self.verification_method = verification_method
        _, private = decode_secret_multikey(secret)
        self.private = private

    def ec_key(self) -> ec.EllipticCurvePrivateKey:
        curve = ec.SECP256R1() if self.key_type is KeyType.P256 else ec.SECP384R1()
        return ec.derive_private_key(int.from_bytes(self.private, "big"), curve)

    def sign(self, data: bytes) -> bytes:
        if self.key_type is KeyType.ED25519:
            return ed25519.Ed25519PrivateKey.from_private_bytes(self.private).sign(data)
        digest, size = (hashes.SHA256(), 32) if self.key_type is KeyType.P256 else (hashes.SHA384(), 48)
        r, s = decode_dss_signature(self.ec_key().sign(data, ec.ECDSA(digest, deterministic_signing=True)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def did_key(url: str, _purpose: str) -> VerificationMethod:
    """did:key, as the vectors use it."""
    did, _, multikey = url.partition("#")
    return VerificationMethod(url, "Multikey", did, decode_multikey(multikey))


def holds(document: Mapping[str, Any]) -> bool:
    verify_proofs(document, get_key=did_key, now=NOW, expected_purpose="assertionMethod")
    return True


def key_for(pair: Mapping[str, str], verification_method: str) -> VectorKey:
    return VectorKey(
        pair["publicKeyMultibase"], pair.get("secretKeyMultibase") or pair["privateKeyMultibase"], verification_method
    )


# --- suites with one signature ---------------------------------------------------------------------


def run_suite(folder: Folder, suffix: str, unsecured: dict[str, Any], pair: Mapping[str, str]) -> None:
    """canonDoc → docHash, proofConfig → proofCanon → proofHash, combinedHash, signature, signed document."""
    options = folder.json(f"proofConfig{suffix}.json")
    context = options.pop("@context")
    secured = folder.json(f"signed{suffix}.json")
    signer = key_for(pair, options["verificationMethod"])
    suite = CRYPTOSUITES[options.get("cryptosuite", options["type"])]
    document = {**unsecured, "@context": context}
    in_json = "jcs" in suite.name
    digest = "SHA-384" if signer.key_type is KeyType.P384 else "SHA-256"
    hash_ = hashlib.sha384 if digest == "SHA-384" else hashlib.sha256
    canonical = jcs.canonicalize(document) if in_json else rdf.canonicalize(document, digest=digest)
    config = {**options, "@context": context}
    proof_canonical = jcs.canonicalize(config) if in_json else rdf.canonicalize(config, digest=digest)
    config_hash = suite.config_hash(context, config if in_json else options, signer.key_type)
    signature = signer.sign(config_hash + hash_(canonical).digest())
    made = add_proof(
        document,
        signer=signer,
        cryptosuite=suite.name,
        created=timestamps.parse(options["created"]),
        proof_purpose=options["proofPurpose"],
    )

    folder.expect(f"canonDoc{suffix}.txt", lambda: folder.text(f"canonDoc{suffix}.txt").encode() == canonical)
    folder.expect(f"docHash{suffix}.txt", lambda: folder.text(f"docHash{suffix}.txt") == hash_(canonical).hexdigest())
    folder.expect(f"proofConfig{suffix}.json", lambda: made["proof"].items() >= options.items())
    folder.expect(f"proofCanon{suffix}.txt", lambda: folder.text(f"proofCanon{suffix}.txt").encode() == proof_canonical)
    folder.expect(f"proofHash{suffix}.txt", lambda: folder.text(f"proofHash{suffix}.txt") == config_hash.hex())
    folder.expect(
        f"combinedHash{suffix}.txt",
        lambda: folder.text(f"combinedHash{suffix}.txt") == (config_hash + hash_(canonical).digest()).hex(),
    )
    folder.expect(f"sigHex{suffix}.txt", lambda: folder.text(f"sigHex{suffix}.txt") == signature.hex())
    folder.expect(f"sigBTC58{suffix}.txt", lambda: folder.text(f"sigBTC58{suffix}.txt") == made["proof"]["proofValue"])
    folder.expect(f"signed{suffix}.json", lambda: made == secured and holds(secured))


# --- sets and chains -------------------------------------------------------------------------------


def run_sets_and_chains(folder: Folder) -> None:
    """Four proofs, one after the other: two in a set, two in a chain on them."""
    pairs = folder.json("multiKeyPairs.json")
    folder.expect("multiKeyPairs.json", lambda: len(pairs) == 4)
    document = folder.json("unsigned.json")
    folder.expect("unsigned.json", lambda: "proof" not in document)
    steps = [("ProofSet1", "proofSetConfig1", "keyPair1"), ("ProofSet2", "proofSetConfig2", "keyPair2")]
    steps += [("ProofChain1", "proofChainConfig1", "keyPair3"), ("ProofChain2", "proofChainConfig2", "keyPair4")]
    for name, config, pair in steps:
        options = folder.json(f"{config}.json")
        signer = key_for(pairs[pair], options["verificationMethod"])
        document = add_proof(
            document,
            signer=signer,
            cryptosuite=options["cryptosuite"],
            created=timestamps.parse(options["created"]),
            previous_proof=options.get("previousProof"),
            proof_id=options.get("id"),
        )
        last = document["proof"][-1] if isinstance(document["proof"], list) else document["proof"]
        signed = folder.json(f"signed{name}.json")
        signed_config = config.replace("Config", "ConfigSigned")
        folder.expect(f"{config}.json", lambda last=last, options=options: last.items() >= options.items())
        folder.expect(f"{signed_config}.json", lambda last=last, at=signed_config: folder.json(f"{at}.json") == last)
        folder.expect(f"signed{name}.json", lambda made=document, signed=signed: made == signed and holds(signed))
    proofs = document["proof"]
    unsigned = folder.json("unsigned.json")
    for name, matching in (("proofChainTempDoc1.json", proofs[:2]), ("proofChainTempDoc2.json", proofs[2:3])):
        folder.expect(name, lambda at=name, m=matching: folder.json(at) == {**unsigned, "proof": m})


# --- selective disclosure ----------------------------------------------------------------------------


def run_selective(folder: Folder, keys: Mapping[str, Any], selective_pointers: list[str]) -> None:
    """Base proof, derived proof, verification, with every value on the way."""
    secured = folder.json("addSignedSDBase.json")
    unsecured = {name: value for name, value in secured.items() if name != "proof"}
    config = folder.json("addProofConfig.json")
    context = config.pop("@context")
    signer = key_for(keys["baseKeyPair"], config["verificationMethod"])
    scoped = key_for(keys["proofKeyPair"], "")
    hmac_key = bytes.fromhex(keys["hmacKeyString"])
    pointers = [entry["pointer"] for entry in folder.json("addPointerValues.json")]
    proof_hash = sd.EcdsaSd2023().config_hash(context, config, KeyType.P256)
    definitions = {"mandatory": pointers, "selective": selective_pointers, "combined": [*pointers, *selective_pointers]}
    grouped = selective.canonicalize_and_group(
        unsecured, selective.create_hmac_id_label_map_function(hmac_key), definitions
    )
    mandatory, chosen, combined = (grouped.groups[name] for name in definitions)
    base = sd.create_base_proof_value(
        unsecured,
        proof_hash,
        signer=signer,
        mandatory_pointers=pointers,
        hmac_key=hmac_key,
        proof_scoped_key=scoped.ec_key(),
    )
    mandatory_hash = selective.hash_mandatory_nquads(mandatory.matching.values())
    derived = disclosure.derive_proof(secured, selective_pointers)
    value = DerivedProofValue.parse(derived["proof"]["proofValue"])
    verified = disclosure.commitment_of(derived)

    def is_json(name: str, made: Callable[[], Any]) -> None:
        folder.expect(name, lambda: plain(folder.json(name)) == made())

    is_json("addPointerValues.json", lambda: [{"pointer": p, "value": at(unsecured, p)} for p in pointers])
    is_json("addBaseDocCanon.json", lambda: list(rdf.canonicalize_dataset(unsecured).lines))
    is_json("addBaseDocHMACCanon.json", lambda: list(grouped.nquads))
    is_json(
        "addBaseTransform.json",
        lambda: {
            "mandatoryPointers": pointers,
            "mandatory": pairs_of(mandatory.matching),
            "nonMandatory": pairs_of(mandatory.non_matching),
            "hmacKeyString": keys["hmacKeyString"],
        },
    )
    is_json("addProofConfig.json", lambda: {**config, "@context": context})
    folder.expect(
        "addProofConfigCanon.txt",
        lambda: folder.text("addProofConfigCanon.txt").encode() == rdf.canonicalize({**config, "@context": context}),
    )
    is_json("addHashData.json", lambda: {"proofHash": proof_hash.hex(), "mandatoryHash": mandatory_hash.hex()})
    is_json("addRawBaseSignatureInfo.json", lambda: raw_base(base) | {"mandatoryPointers": pointers})
    is_json("addSignedSDBase.json", lambda: {**unsecured, "proof": {**config, "proofValue": base.serialize()}})
    recovered = BaseProofValue.parse(secured["proof"]["proofValue"])
    is_json("derivedRecoveredBaseData.json", lambda: recovered_base(recovered))
    is_json(
        "derivedGroupIndexes.json",
        lambda: {
            "combinedIndexes": list(combined.matching),
            "mandatoryIndexes": list(mandatory.matching),
            "nonMandatoryIndexes": list(mandatory.non_matching),
            "selectiveIndexes": list(chosen.matching),
        },
    )
    folder.expect("derivedAllGroupData.json", lambda: same_groups(folder.json("derivedAllGroupData.json"), grouped))
    is_json("derivedAdjMandatoryIndexes.json", lambda: {"adjMandatoryIndexes": list(value.mandatory_indexes)})
    revealed = [index for index in chosen.matching if index in mandatory.non_matching]
    signed = dict(zip(mandatory.non_matching, base.signatures, strict=True))
    is_json(
        "derivedAdjSignatures.json",
        lambda: {
            "adjSignatureIndexes": [list(mandatory.non_matching).index(index) for index in revealed],
            "filteredSignatures": [signed[index].hex() for index in revealed],
        },
    )
    is_json("derivedUnsignedReveal.json", lambda: selective.select_json_ld(definitions["combined"], unsecured))
    is_json("derivedDisclosureData.json", lambda: disclosed(value, pairs_of(value.label_map)))
    is_json("verifyDerivedProofValue.json", lambda: disclosed(value, pairs_of(value.label_map)))
    folder.expect(
        "derivedRevealDocument.json",
        lambda: derived == folder.json("derivedRevealDocument.json") and holds(derived),
    )
    nquads, _ = selective.label_replacement_canonicalize(
        rdf.to_quads({name: value for name, value in derived.items() if name != "proof"}),
        selective.create_label_map_function(value.label_map),
    )
    is_json("verifyNQuads.json", lambda: list(nquads))
    is_json("verifyCreateVerifyData.json", lambda: verify_data(verified))


def plain(value: Any) -> Any:
    """The vectors' way of writing a JavaScript `Map`, as the list of pairs that it holds."""
    if isinstance(value, dict):
        if value.get("dataType") == "Map":
            return plain(value["value"])
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def pairs_of(mapping: Mapping[Any, Any]) -> list[list[Any]]:
    return [[key, value] for key, value in mapping.items()]


def at(document: Any, pointer: str) -> Any:
    for token in selective.json_pointer_to_paths(pointer):
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


def multikey(key: bytes) -> str:
    return encode_multikey(key_of_bytes(key))


def hexed(signatures: Any) -> list[str]:
    return [signature.hex() for signature in signatures]


def raw_base(base: BaseProofValue) -> dict[str, Any]:
    return {
        "baseSignature": base.base_signature.hex(),
        "publicKey": multikey(base.public_key),
        "signatures": hexed(base.signatures),
    }


def recovered_base(base: BaseProofValue) -> dict[str, Any]:
    return {
        "baseSignature": base.base_signature.hex(),
        "proofPublicKey": multikey(base.public_key),
        "hmacKey": base.hmac_key.hex(),
        "signatures": hexed(base.signatures),
        "mandatoryPointers": list(base.mandatory_pointers),
    }


def disclosed(value: DerivedProofValue, label_map: Any) -> dict[str, Any]:
    return {
        "baseSignature": value.base_signature.hex(),
        "publicKey": multikey(value.public_key),
        "signatures": hexed(value.signatures),
        "labelMap": label_map,
        "mandatoryIndexes": list(value.mandatory_indexes),
    }


def verify_data(commitment: sd.Commitment) -> dict[str, Any]:
    return {
        "baseSignature": commitment.base_signature.hex(),
        "proofHash": commitment.proof_hash.hex(),
        "publicKey": multikey(commitment.public_key),
        "signatures": hexed(commitment.signatures),
        "nonMandatory": list(commitment.non_mandatory),
        "mandatoryHash": commitment.mandatory_hash.hex(),
    }


def same_groups(published: Mapping[str, Any], grouped: selective.Grouped) -> bool:
    """All that does not depend on the random string in the published skolem URNs."""
    for name, group in grouped.groups.items():
        theirs = plain(published["groups"][name])
        if theirs["matching"] != pairs_of(group.matching) or theirs["nonMatching"] != pairs_of(group.non_matching):
            return False
    labels = {label for _, label in plain(published["labelMap"])}
    return tuple(published["nquads"]) == grouped.nquads and labels == set(grouped.label_map.values())


# --- all ---------------------------------------------------------------------------------------------


def run(vectors: Path) -> Results:
    """Every folder of `vectors` that holds Data Integrity vectors."""
    results: Results = {}
    for run_part in (run_eddsa, run_ecdsa):
        results |= run_part(vectors)
    return results


def run_eddsa(vectors: Path) -> Results:
    root = vectors / "vc-di-eddsa"
    inputs = {
        name: json.loads((root / f"{name}.json").read_text()) for name in ("unsigned", "employmentAuth", "keyPair")
    }
    results: Results = {}
    for path, suffix, document in (
        ("eddsa-rdfc-2022", "DataInt", "unsigned"),
        ("eddsa-rdfc-2022/employ", "DataInt", "employmentAuth"),
        ("eddsa-jcs-2022", "JCS", "unsigned"),
        ("Ed25519Signature2020", "EdSig", "unsigned"),
    ):
        folder = Folder(root / path, f"vc-di-eddsa/{path}")
        run_suite(folder, suffix, inputs[document], inputs["keyPair"])
        results[folder.label] = folder.result()
    folder = Folder(root / "proof-set-chain", "vc-di-eddsa/proof-set-chain")
    run_sets_and_chains(folder)
    results[folder.label] = folder.result()
    return results


def run_ecdsa(vectors: Path) -> Results:
    root = vectors / "vc-di-ecdsa"
    inputs = {path.stem: json.loads(path.read_text()) for path in root.glob("*.json")}
    results: Results = {}
    for curve in ("p256", "p384"):
        for path, suffix, document in (
            (f"ecdsa-rdfc-2019-{curve}", f"ECDSA{curve.upper()}", "unsigned"),
            (f"ecdsa-rdfc-2019-{curve}/employ", f"ECDSA{curve.upper()}", "employmentAuth"),
            (f"ecdsa-jcs-2019-{curve}", f"JCSECDSA{curve.upper()}", "unsigned"),
        ):
            folder = Folder(root / path, f"vc-di-ecdsa/{path}")
            run_suite(folder, suffix, inputs[document], inputs[f"{curve}KeyPair"])
            results[folder.label] = folder.result()
    keys = json.loads((root / "ecdsa-sd-2023" / "SDKeyMaterial.json").read_text())
    for name, pointers in (("prc", "prCredSelective"), ("employ", "employSelective")):
        folder = Folder(root / "ecdsa-sd-2023" / name, f"vc-di-ecdsa/ecdsa-sd-2023/{name}")
        run_selective(folder, keys, inputs[pointers])
        results[folder.label] = folder.result()
    return results


def main() -> int:
    results = run(Path(sys.argv[1]))
    for label, (passed, failures) in results.items():
        print(f"{label}: {passed} passed, {len(failures)} failed")
        for line in failures:
            print(f"  {line}")
    return 0 if results and all(passed and not failures for passed, failures in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
