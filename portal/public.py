"""What the public pages are given: credentials by their public id, the demo, facts, verification."""

import socket
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from agent.verification import verify_credential
from did.fetch import Fetch
from portal.anchors.proofs import anchor_json
from portal.audit.actors import VISITOR
from portal.awards import repository as awards
from portal.awards.models import Award, Credential
from portal.awards.service import revoke
from portal.bootstrap.demo import DEMO_TENANT, demo_public_id
from portal.db.session import platform_session, tenant_session
from portal.pages.readable import readable
from portal.pages.source import AwardState, Demo, FormLink, NodeFacts, PublicCredential, Visibility
from portal.tenants import repository as tenants
from portal.tenants.models import Tenant
from portal.version import VERSION
from portal.wiring import LOCAL_CHAIN_ID, Node
from vc.policy import Policy
from vc.report import Report


class NodeSource:
    """Fills `portal.pages.source.PageSource` from the database and the node's own verifier."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def fetch(self) -> Fetch:
        return self._node.fetch

    def find_credential(self, public_id: str) -> PublicCredential | None:
        with platform_session(self._node.app_engine) as session:
            found = tenants.find_public(session, "credential", public_id)
        if found is None:
            return None
        with tenant_session(self._node.app_engine, found.tenant_id) as session:
            pair = awards.find_credential(session, found.target_id)
            if pair is None:
                return None
            credential, award = pair
            tenant = tenants.require(session, found.tenant_id)
            anchor = anchor_json(session, credential.id)
            forms = awards.forms_of(session, award.id)
        return _public(credential, award, tenant, anchor=anchor, forms=forms)

    def demo(self) -> Demo | None:
        public_id = demo_public_id(self._node)
        credential = None if public_id is None else self.find_credential(public_id)
        return None if credential is None else Demo(credential)

    def revoke_demo(self, public_id: str) -> None:
        with platform_session(self._node.app_engine) as session:
            tenant_id = tenants.require_tenant_id(session, DEMO_TENANT)
        reason, now = "Revoked from the start page.", self._node.now()
        revoke(self._node, public_id, reason=reason, actor=VISITOR, now=now, tenant_id=tenant_id)

    def node_facts(self) -> NodeFacts:
        settings = self._node.settings
        chain_id = None if self._node.chain is None else self._node.chain.chain_id
        with platform_session(self._node.app_engine) as session:
            slugs = tuple(tenants.slugs(session))
        return NodeFacts(
            origin=self._node.origin,
            version=VERSION,
            chain=None if chain_id is None else f"eip155:{chain_id}",
            chain_is_local=chain_id == LOCAL_CHAIN_ID,
            tls=settings.tls,
            phone_origin=self._phone_origin,
            ca_file=None if settings.ca_file is None else str(settings.ca_file),
            api_key_file=str(settings.data_dir / "api-key"),
            tenant_slugs=slugs,
        )

    def verify(self, data: bytes | Mapping[str, Any], anchor: Mapping[str, Any] | None) -> Report:
        return verify_credential(
            data,
            policy=Policy(),
            now=self._node.now(),
            resolver=self._node.resolver,
            fetch=self._node.fetch,
            kept=self._node.kept_fetch,
            chain_for=self._node.chain_for,
            anchor_proof=anchor,
        )

    @cached_property
    def _phone_origin(self) -> str | None:
        """An address of this machine in its network, when the node listens beyond loopback."""
        if self._node.settings.host in {"127.0.0.1", "localhost", "::1"}:
            return None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # documentation address: no packet is sent by connecting
                address = probe.getsockname()[0]
            except OSError:
                return None
        scheme = "https" if self._node.settings.tls else "http"
        return f"{scheme}://{address}:{self._node.settings.port}"


def _public(
    credential: Credential,
    award: Award,
    tenant: Tenant,
    *,
    anchor: Mapping[str, Any] | None,
    forms: Sequence[tuple[str, str]],
) -> PublicCredential:
    return PublicCredential(
        public_id=credential.public_id,
        tenant_slug=tenant.slug,
        tenant_name=tenant.name,
        format=credential.format,
        data=credential.data,
        document=readable(credential.data) or {},
        award_state=cast("AwardState", award.status),
        award_reason=award.reason,
        visibility=cast("Visibility", award.visibility),
        anchor=anchor,
        issued_at=credential.issued_at,
        forms=tuple(FormLink(form, public_id) for form, public_id in forms),
    )
