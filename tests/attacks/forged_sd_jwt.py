"""SD-JWT VCs whose text, disclosures, digests or claims a careless verifier accepts.

Run by `tests/attacks/test_forged_sd_jwt.py`. Each case names its rule, where the rule is written or was broken, the
`guard` in the code that alone refuses it ("several" where more than one stands in the way), and the error.
"""

from __future__ import annotations

import base64
import hashlib

from did.jose import ClaimRefused, TokenNotYetValid
from tests.attacks.sd_jwt_builds import (
    HOLDER_KEY,
    SALTS,
    SECONDS,
    VCT,
    Forgery,
    Receiver,
    b64,
    compact,
    disclosure,
    jws,
    sha256,
)
from tests.attacks.sd_jwt_cases import RFC_9901, SD_JWT_VC, SEVERAL, Case, Cases
from vc.sd_jwt import errors

_9901 = RFC_9901
_VC = SD_JWT_VC
CASES = Cases()
case = CASES.add
_MUST_NOT_HIDE = _VC + "Registered JWT Claims: MUST NOT be included in the Disclosures"

# --- the text as a whole -------------------------------------------------------------------------------------


@case("a plain JWT without '~'", _9901 + "4: the last '~' is there", SEVERAL, errors.MalformedSdJwt)
def _(f: Forgery, r: Receiver) -> None:
    f.bound, r.binding = False, None
    f.after = lambda text: text.rstrip("~")


@case("an empty place between two '~'", _9901 + "4: ABNF, 1*BASE64URL", SEVERAL, errors.MalformedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    f.disclosures.append("")


@case("a disclosure behind the key binding JWT", _9901 + "4: order of the parts", SEVERAL, errors.MalformedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    extra = f.hide("role", "judge")
    f.disclosures.remove(extra)
    f.after = lambda text: f"{text}~{extra}"


@case("more disclosures than anybody reads", "CWE-770: work without limit", "number", errors.MalformedSdJwt)
def _(f: Forgery, _r: Receiver) -> None:
    for number in range(501):
        text = disclosure(f"{SALTS[0]}{number}", f"claim{number}", 1)
        f.disclosures.append(text)
        f.payload["_sd"].append(sha256(text))


# --- disclosures --------------------------------------------------------------------------------------------


@case("a disclosure with four elements", _9901 + "7.1, 3.c.ii.1", "shape", errors.MalformedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    text = disclosure(SALTS[0], "role", "student", "judge")
    f.disclosures.append(text)
    f.payload["_sd"].append(sha256(text))


@case("a salt that is a number", _9901 + "4.2.1: the salt is a string", "shape", errors.MalformedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    text = disclosure(5, "role", "judge")
    f.disclosures.append(text)
    f.payload["_sd"].append(sha256(text))


@case("a claim name that is a number", _9901 + "4.2.1: the claim name is a string", "shape", errors.MalformedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    text = disclosure(SALTS[0], 5, "judge")
    f.disclosures.append(text)
    f.payload["_sd"].append(sha256(text))


@case("a disclosure with padding", _9901 + "4.2.1: base64url as in RFC 7515", "base64url", errors.MalformedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    text = base64.urlsafe_b64encode(compact([SALTS[0], "role", "judge"])).decode()
    f.disclosures.append(text)
    f.payload["_sd"].append(sha256(text))


@case("one member twice in a disclosed value", "RFC 7493, section 2.3", "strict JSON", errors.MalformedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    text = b64(b'["' + SALTS[0].encode() + b'","court",{"role":"clerk","role":"judge"}]')
    f.disclosures.append(text)
    f.payload["_sd"].append(sha256(text))


@case("a disclosure named _sd", _9901 + "7.1, 3.c.ii.2: _sd", "reserved name", errors.ReservedClaimName)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("_sd", ["judge"])


@case("a disclosure named ...", _9901 + "7.1, 3.c.ii.2: ...", "reserved name", errors.ReservedClaimName)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("...", "judge")


@case("a disclosure named _sd_alg", _9901 + "4.1.1: only at the top level", "reserved name", errors.ReservedClaimName)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("_sd_alg", "md5", into=f.payload["degree"])


@case("an element's disclosure in place of a member's", _9901 + "7.1, 3.c.ii.1", "kind", errors.WrongDisclosureKind)
def _(f: Forgery, _r: Receiver) -> None:
    text = disclosure(SALTS[0], "judge")
    f.disclosures.append(text)
    f.payload["_sd"].append(sha256(text))


@case("a member's disclosure in place of an element's", _9901 + "7.1, 3.c.iii.1", "kind", errors.WrongDisclosureKind)
def _(f: Forgery, _r: Receiver) -> None:
    text = disclosure(SALTS[0], "role", "judge")
    f.disclosures.append(text)
    f.payload["grades"].append({"...": sha256(text)})


@case("a disclosure over a claim in the open", _9901 + "7.1, 3.c.ii.3", "name taken", errors.ClaimNameTaken)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("degree", {"name": "Medicine"})


@case("two disclosures of one claim", _9901 + "4.2.1: unique within the object", "name taken", errors.ClaimNameTaken)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("role", "clerk", 0)
    f.hide("role", "judge", 1)


@case("a disclosure that nobody signed", _9901 + "7.1, step 5", "all used", errors.UnreferencedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    f.disclosures.append(disclosure(SALTS[0], "role", "judge"))


@case(
    "an inner disclosure without the one around it",
    _9901 + "7.1, step 5: directly or recursively",
    "all used",
    errors.UnreferencedDisclosure,
)
def _(f: Forgery, _r: Receiver) -> None:
    inner = disclosure(SALTS[0], "role", "judge")
    f.hide("court", {"_sd": [sha256(inner)]}, 1)
    f.disclosures[:] = [inner]


@case("the same disclosure twice", _9901 + "7.1, step 5: each disclosure", "repeated", errors.RepeatedDisclosure)
def _(f: Forgery, _r: Receiver) -> None:
    f.disclosures.append(f.hide("role", "judge"))


# --- digests ------------------------------------------------------------------------------------------------


@case("one digest in two places", _9901 + "7.1, step 4", "digest once", errors.DuplicateDigest)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("role", "judge")
    f.payload["degree"]["_sd"] = [f.payload["_sd"][-1]]


@case("a decoy twice", _9901 + "7.1, step 4: any digest", "digest once", errors.DuplicateDigest)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["_sd"] += [sha256("decoy"), sha256("decoy")]


@case(
    "a digest in a payload and in a disclosure",
    _9901 + "7.1, step 4: via other Disclosures",
    "digest once",
    errors.DuplicateDigest,
)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("role", "judge", 0)
    f.hide("court", {"_sd": [f.payload["_sd"][0]]}, 1)


@case("a digest that is a number", _9901 + "4.2.4.1: strings", "digest text", errors.MalformedDigests)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["_sd"].append(5)


@case("an _sd that is no array", _9901 + "4.2.4.1: an array", "digest array", errors.MalformedDigests)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["degree"]["_sd"] = "abc"


@case("an element's digest with a neighbour", _9901 + "4.2.4.2: no other keys", "digest alone", errors.MalformedDigests)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["grades"].append({"...": sha256("decoy"), "grade": "A"})


@case("a member named ...", _9901 + "4.1: not as a claim", "member name", errors.MalformedDigests)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["degree"]["..."] = sha256("decoy")


@case("an _sd_alg below the top", _9901 + "4.1.1: not nested", "member name", errors.MalformedDigests)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["degree"]["_sd_alg"] = "sha-256"


@case("digests of a broken hash", _9901 + "7.1, 2.d and 9.4", "hash", errors.UnknownDigestAlgorithm)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["_sd_alg"] = "sha-1"
    f.bound = False
    f.after = lambda text: (
        text + jws(f.kb_header, {**f.bound_claims, "sd_hash": b64(hashlib.sha1(text.encode()).digest())}, HOLDER_KEY)
    )


@case("disclosures nested without end", "CWE-674: recursion without limit", "depth", errors.NestedTooDeep)
def _(f: Forgery, _r: Receiver) -> None:
    inner = "judge"
    value: object = inner
    for number in range(70):
        text = disclosure(SALTS[number], "in", value)
        f.disclosures.append(text)
        value = {"_sd": [sha256(text)]}
    f.payload["court"] = value


# --- claims that every verifier must see ----------------------------------------------------------------------


def _hidden_claim(name: str) -> None:
    def change(f: Forgery, _r: Receiver) -> None:
        value = {"status": {"status_list": {"idx": 1, "uri": "https://university.example/status/1"}}}.get(name)
        f.hide(name, f.payload.pop(name, value) or "sha256-" + "A" * 43 + "=")

    # A hidden vct is missing from what is signed, which the profile of the token refuses as well.
    guard, error = ("protected", errors.ProtectedClaimHidden) if name != "vct" else (SEVERAL, ClaimRefused)
    CASES.append(Case(f"{name} in a disclosure", f"{_MUST_NOT_HIDE}: {name}", guard, error, change))


for _name in ("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"):
    _hidden_claim(_name)


@case(
    "the status list's index in a disclosure", _MUST_NOT_HIDE + ", nor a part", "protected", errors.ProtectedClaimHidden
)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["status"] = {"status_list": {"uri": "https://university.example/status/1"}}
    f.hide("idx", 1, into=f.payload["status"]["status_list"])


@case("a status withheld by the holder", _9901 + "9.7: validity claims", "protected", errors.ProtectedClaimHidden)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["status"] = {"_sd": [sha256("withheld")]}


# --- type ------------------------------------------------------------------------------------------------------


@case("no vct", _VC + "vct: REQUIRED", SEVERAL, ClaimRefused)
def _(f: Forgery, _r: Receiver) -> None:
    del f.payload["vct"]


@case("a vct that is a list", _VC + "vct: a string", "type", errors.CredentialTypeInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["vct"] = [VCT]


@case("a vct#integrity of MD5", "W3C SRI, section 3.2: sha256, sha384, sha512", "type", errors.CredentialTypeInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["vct#integrity"] = "md5-1B2M2Y8AsgTpgAmY7PhCfg=="


# --- types of disclosed claims -----------------------------------------------------------------------------


@case("a disclosed time that is text", "RFC 7519, section 4.1.6: NumericDate", SEVERAL, ClaimRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("iat", "yesterday")


@case("a disclosed audience that is no text", "RFC 7519, section 4.1.3: StringOrURI", "types", ClaimRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("aud", {"https://verifier.example": True})


@case("a disclosed time in the future", "RFC 7519, section 4.1.6; RFC 9901, 7.1, step 6", "iat", TokenNotYetValid)
def _(f: Forgery, _r: Receiver) -> None:
    f.hide("iat", SECONDS + 86_400)
