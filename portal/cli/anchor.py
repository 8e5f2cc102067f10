"""dcp anchor status"""

from sqlalchemy import select

from portal.anchors.models import Round
from portal.cli.commands import say
from portal.db.session import platform_session
from portal.process import node

_SHOWN = 20


def status(*, as_json: bool) -> None:
    this = node()
    with platform_session(this.app_engine) as session:
        rounds = session.scalars(select(Round).order_by(Round.created_at.desc()).limit(_SHOWN)).all()
    facts = [
        {
            "round": str(round_.id), "state": round_.state, "leaves": round_.tree_size,
            "root": None if round_.root is None else round_.root.hex(), "chain": f"eip155:{round_.chain_id}",
            "transaction": round_.transaction, "block": round_.block, "fault": round_.fault,
        }
        for round_ in rounds
    ]  # fmt: skip
    words = "\n".join(
        f"{fact['round']}  {fact['state']:<9} {fact['leaves']} leaves  {fact['transaction'] or 'no transaction yet'}"
        + (f"\n  waits: {fact['fault']}" if fact["fault"] else "")
        for fact in facts
    )
    say(words or "no rounds yet", facts, as_json=as_json)
