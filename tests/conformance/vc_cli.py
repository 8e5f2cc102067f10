"""Issues and verifies one file, as the W3C test suite of VC-JOSE-COSE asks its implementations to.

    python -m tests.conformance.vc_cli issue|verify --input F --key K --feature credential_jose --output O

`K` is a verification method with `publicKeyJwk`, for issuing `secretKeyJwk`; whoever calls vouches that it is the key
of the issuer or holder. `O` gets `{"result": "success" | "failure", "data": …}`: the token, the document that was
verified, or why not. Exit 0 with either result, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.errors import AgentError
from agent.keys.local import LocalSigner
from did.errors import DidError
from did.jose import VC_JWT, VP_JWT, check_times, verify_compact
from did.jwk import public_key_of
from did.keys import PublicKey
from vc import jose, structure
from vc.errors import VcError
from vc.jose.claims import Said, check_agreement
from vc.model import parse_json
from vc.secured import Form

SKEW_S = 60

Act = Callable[[bytes, Mapping[str, Any], datetime], Any]


def issue_credential(data: bytes, key: Mapping[str, Any], now: datetime) -> str:
    credential = parse_json(data)
    structure.check(credential)
    return jose.PreparedVcJwt(_signer(key)).secure(credential, now=now)


def verify_credential(data: bytes, key: Mapping[str, Any], now: datetime) -> Any:
    read = jose.read(_token(data))
    if read.form is not Form.VC_JWT:
        raise VcError(f"this is a {read.form}, not a vc+jwt")
    # Whose key it is, the caller says; everything else is asked as for any token.
    check_agreement(Said(read.form, read.claims, read.document))
    verify_compact(read.jws, _public_key(key), VC_JWT)
    check_times(read.claims, now, SKEW_S, VC_JWT)
    structure.check(read.document)
    return read.document


def issue_presentation(data: bytes, key: Mapping[str, Any], now: datetime) -> str:
    presentation = parse_json(data, max_bytes=1_000_000)
    structure.check_presentation(presentation)
    return jose.secure_presentation(presentation, signer=_signer(key), now=now, audience=None, nonce=None)


def verify_presentation(data: bytes, key: Mapping[str, Any], now: datetime) -> Any:
    read = jose.read_presentation(_token(data))
    if read.claims.get("iss", read.holder) != read.holder:
        raise VcError("iss is not the presentation's holder")
    verify_compact(read.jws, _public_key(key), VP_JWT)
    check_times(read.claims, now, SKEW_S, VP_JWT)
    structure.check_presentation(read.document)
    return read.document


ACTS: dict[tuple[str, str], Act] = {
    ("issue", "credential_jose"): issue_credential,
    ("verify", "credential_jose"): verify_credential,
    ("issue", "presentation_jose"): issue_presentation,
    ("verify", "presentation_jose"): verify_presentation,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.vc_cli", description=__doc__)
    parser.add_argument("act", choices=["issue", "verify"])
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--feature", choices=sorted({feature for _, feature in ACTS}), required=True)
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args(arguments)
    act = ACTS[given.act, given.feature]
    try:
        result = {"result": "success", "data": act(given.input.read_bytes(), _key(given.key), datetime.now(UTC))}
    except (VcError, DidError, AgentError) as refused:
        result = {"result": "failure", "data": f"{type(refused).__name__}: {refused}"}
    given.output.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _key(path: Path) -> Mapping[str, Any]:
    return parse_json(path.read_bytes())


def _token(data: bytes) -> str:
    # A file ends with a line break; a byte that is no ASCII is none of a token.
    return data.decode("latin-1").strip("\r\n")


def _member(key: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    jwk = key.get(name)
    if not isinstance(jwk, Mapping):
        raise VcError(f"the key file has no {name}")
    return jwk


def _signer(key: Mapping[str, Any]) -> LocalSigner:
    jwk = _member(key, "secretKeyJwk")
    secret = str(jwk.get("d"))
    public = public_key_of({name: value for name, value in jwk.items() if name != "d"})
    private = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return LocalSigner(private, public.type, str(key.get("id")))


def _public_key(key: Mapping[str, Any]) -> PublicKey:
    return public_key_of(_member(key, "publicKeyJwk"))


if __name__ == "__main__":
    sys.exit(main())
