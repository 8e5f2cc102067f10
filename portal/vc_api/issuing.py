"""`credentials/issue`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agent.issuance.errors import RowRefused
from agent.issuance.template_status import PURPOSES, StatusSettings
from did.errors import DidError
from portal.audit import service as audit
from portal.db.ids import new_id
from portal.db.session import after_commit, tenant_session
from portal.doorbell import ring
from portal.keys import repository as keys
from portal.keys.models import IssuerIdentity
from portal.keys.service import ensure_key, signer_for
from portal.status_lists import service as status_lists
from portal.vc_api import bodies, store
from portal.vc_api.errors import (
    MALFORMED_VALUE_ERROR,
    RANGE_ERROR,
    CredentialRefused,
    IssuerNotOurs,
    Problem,
    RequestMalformed,
    problem_of,
)
from portal.vc_api.instances import Instance, Method
from portal.vc_api.securing import DEFAULT_VCT, ProofOptions, secure
from portal.wiring import Node
from vc import structure, timestamps
from vc.errors import VcError
from vc.forms.document import check_rules
from vc.model import Credential
from vc.secured import Form

STATUS_TYPE = "BitstringStatusListEntry"
CLOCK_SKEW = timedelta(minutes=5)


def issue(
    node: Node, tenant_id: UUID, body: Mapping[str, Any], instance: Instance, method: Method, *, caller: str
) -> Mapping[str, Any]:
    """Secure the credential of an issue request, store it, and return it as it was stored.

    Raises:
        VcApiRefused: nothing was stored.
    """
    now = node.now()
    credential = bodies.require_object(body, "credential")
    options = bodies.options_of(body)
    proof_options = _proof_options(options, now)
    purposes = _purposes(options, instance)
    identity_id = ensure_key(node, tenant_id, method, instance.key_type, now=now)
    with tenant_session(node.app_engine, tenant_id) as session:
        identity = keys.require_identity(session, identity_id)
        draft = _completed(credential, instance, identity, now)
        _check(draft)
        row_id = new_id(now)
        if purposes:
            want = (row_id, instance.form, StatusSettings(purposes=purposes))
            reference = status_lists.reserve(node, session, identity_id, [want], now=now)[row_id]
            draft = _with_entries(draft, reference.entries)
            proof_options = replace(proof_options, status_claim=reference.token)
        signer, key_id = signer_for(node, session, identity_id, instance.key_type)
        try:
            issued = secure(draft, instance, signer, proof_options)
        except (VcError, DidError) as error:
            raise CredentialRefused([problem_of(error)]) from error
        except RowRefused as error:
            raise CredentialRefused([Problem(MALFORMED_VALUE_ERROR, str(error))]) from error
        row = store.add(
            session, issued, row_id=row_id, identity=identity, key_id=key_id, form=instance.form,
            credential_id=_name_of(options, draft), now=now,
        )  # fmt: skip
        audit.record(
            session, tenant_id=tenant_id, actor=caller, act="credential.issued", target=f"vc-api:{row.id}", now=now,
            detail={"instance": instance.name, "issuer": identity.did},
        )  # fmt: skip
        after_commit(session, lambda: ring("anchors.advance"))
    return issued.document


def _proof_options(options: Mapping[str, Any], now: datetime) -> ProofOptions:
    created = bodies.optional_time(options, "created")
    if created is not None and abs(created - now) > CLOCK_SKEW:
        given = timestamps.format_utc(created)
        raise CredentialRefused(
            [Problem(RANGE_ERROR, f"/options/created: a proof is made now, not at {given}; leave it out")]
        )
    return ProofOptions(
        created=(created or now).replace(microsecond=0),
        challenge=bodies.optional_text(options, "challenge"),
        domain=bodies.optional_text_or_texts(options, "domain"),
        mandatory_pointers=tuple(bodies.optional_texts(options, "mandatoryPointers") or ()),
        vct=bodies.optional_text(options, "vct") or DEFAULT_VCT,
    )


def _purposes(options: Mapping[str, Any], instance: Instance) -> tuple[str, ...]:
    """Of the status entries that the credential gets: the instance's own, or those that the request asks for."""
    asked = bodies.objects_of(options.get("credentialStatus"), "/options/credentialStatus")
    purposes = []
    for entry in asked:
        purpose = entry.get("statusPurpose", "revocation")
        if entry.get("type", STATUS_TYPE) not in (STATUS_TYPE, "BitstringStatusList"):
            raise RequestMalformed(f"/options/credentialStatus/type must be {STATUS_TYPE}")
        if purpose not in PURPOSES:
            raise RequestMalformed(f"/options/credentialStatus/statusPurpose is one of: {', '.join(PURPOSES)}")
        purposes.append(purpose)
    return tuple(dict.fromkeys((*instance.status_purposes, *purposes)))


def _completed(
    credential: Mapping[str, Any], instance: Instance, identity: IssuerIdentity, now: datetime
) -> dict[str, Any]:
    """The credential with its issuer, and where version 1.1 is issued with the date that must be there."""
    draft = dict(credential)
    if "proof" in draft:
        raise CredentialRefused([Problem(MALFORMED_VALUE_ERROR, "/proof: what is to be issued carries no proof yet")])
    if "issuer" not in draft:
        draft["issuer"] = identity.did
    elif isinstance(draft["issuer"], str | dict):
        issuer = Credential(draft).issuer_id
        if issuer is not None and issuer != identity.did:
            detail = f"/issuer: this instance signs as {identity.did}, not as {issuer[:200]}; name it or leave it out"
            raise IssuerNotOurs([Problem(MALFORMED_VALUE_ERROR, detail)])
    if structure.is_v1(draft) and "issuanceDate" not in draft:
        draft["issuanceDate"] = timestamps.format_utc(now)
    elif instance.form is Form.JWT_VC_JSON and not structure.is_v1(draft) and "validFrom" not in draft:
        draft["validFrom"] = timestamps.format_utc(now)
    return draft


def _check(draft: Mapping[str, Any]) -> None:
    """The rules of the credential's own type, which include those of the data model; every name is defined."""
    try:
        check_rules(draft)
        structure.check_terms(draft)
    except VcError as error:
        raise CredentialRefused([problem_of(error)]) from error


def _with_entries(draft: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if "credentialStatus" in draft:
        detail = "/credentialStatus: ask for the entry in options or give your own, not both"
        raise CredentialRefused([Problem(MALFORMED_VALUE_ERROR, detail)])
    if not entries:
        return dict(draft)
    return {**draft, "credentialStatus": entries[0] if len(entries) == 1 else list(entries)}


def _name_of(options: Mapping[str, Any], draft: Mapping[str, Any]) -> str | None:
    return bodies.optional_text(options, "credentialId") or Credential(draft).id
