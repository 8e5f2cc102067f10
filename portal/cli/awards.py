"""dcp revoke"""

from portal.awards.service import revoke as revoke_award
from portal.cli.commands import say
from portal.process import node


def revoke(credential: str, *, reason: str | None, as_json: bool) -> None:
    this = node()
    public_id = credential.rstrip("/").rpartition("/")[2]
    award = revoke_award(this, public_id, reason=reason, now=this.now())
    facts = {"credential": public_id, "status": award.status, "reason": award.reason, "changed_at": award.changed_at}
    say(f"revoked: {this.origin}/c/{public_id}", facts, as_json=as_json)
