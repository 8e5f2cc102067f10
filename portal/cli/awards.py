"""dcp revoke, dcp suspend, dcp reinstate"""

from portal.audit.actors import OPERATOR
from portal.awards import service
from portal.awards.models import Award
from portal.cli.commands import say
from portal.process import node
from portal.wiring import Node


def revoke(credential: str, *, reason: str | None, as_json: bool) -> None:
    this, public_id = node(), _public_id(credential)
    award = service.revoke(this, public_id, reason=reason, actor=OPERATOR, now=this.now())
    _say(this, "revoked", public_id, award, as_json=as_json)


def suspend(credential: str, *, reason: str | None, as_json: bool) -> None:
    this, public_id = node(), _public_id(credential)
    award = service.suspend(this, public_id, reason=reason, actor=OPERATOR, now=this.now())
    _say(this, "suspended", public_id, award, as_json=as_json)


def reinstate(credential: str, *, as_json: bool) -> None:
    this, public_id = node(), _public_id(credential)
    award = service.reinstate(this, public_id, actor=OPERATOR, now=this.now())
    _say(this, "reinstated", public_id, award, as_json=as_json)


def _public_id(credential: str) -> str:
    """The last part of the address of a credential's page."""
    return credential.rstrip("/").rpartition("/")[2]


def _say(node_: Node, done: str, public_id: str, award: Award, *, as_json: bool) -> None:
    facts = {"credential": public_id, "status": award.status, "reason": award.reason, "changed_at": award.changed_at}
    say(f"{done}: {node_.origin}/c/{public_id}", facts, as_json=as_json)
