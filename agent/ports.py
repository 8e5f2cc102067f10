"""What the issuing engine needs stored. Each docstring is a contract; the portal fulfils it with PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from agent.rounds import Round


class RoundStore(Protocol):
    """Anchor rounds that survive a crash."""

    def replace(self, old: Round, new: Round) -> None:
        """Store `new` if the stored round still has `old.version`; `new.version` is one higher.

        When this returns, `new` is durable (committed), its signed bytes included. When it raises anything,
        either nothing changed or all of `new` is stored.

        Raises:
            RoundChanged: the stored version is another one.
            AccountBusy: `old` is SEALED, `new` is SIGNED, and another round of the same chain and account is
                SIGNED or BROADCAST. It must hold for concurrent calls too: two rounds that sign at once sign
                with the same nonce.
        """
        ...
