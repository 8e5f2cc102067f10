"""What the issuing engine needs stored. Each docstring is a contract; the portal fulfils it with PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from agent.issuance.batch import BatchState
    from agent.rounds import Round


class BatchStore(Protocol):
    """The rows of one batch, their awards and their credentials.

    Each method is one transaction: when it returns, its effect is durable; when it raises anything, either nothing
    changed or all of the effect is stored. No method needs to be told what an earlier call did: all of them look at
    the rows' states under a lock, so a repeated call never does a row twice.
    """

    def state(self) -> BatchState:
        """The state as stored now."""
        ...

    def reserve(self) -> int:
        """Give the next PENDING rows what they will keep for ever, and make them RESERVED. Returns how many.

        Per row: the award's and the credential's identifier, the status entry (an index that no other credential has),
        the e-mail salt and the moment of issue. Rows locked by another worker are passed over (SKIP LOCKED). Does
        nothing and returns 0 when the batch is not RUNNING: the state is read under a lock that a pause waits for.
        """
        ...

    def record(self) -> int:
        """Secure the next RESERVED rows and store all that belongs to them. Returns how many left RESERVED.

        In one transaction: lock rows (SKIP LOCKED), build and secure each credential, insert award, credential and
        leaf, and make the row RECORDED. Signing happens inside, so that a crash leaves no signature visible. A row
        for which issuing raises `RowRefused` becomes REFUSED with that text; any other error rolls everything back.
        Does nothing and returns 0 when the batch is not RUNNING.
        """
        ...

    def finish(self) -> bool:
        """Seal the batch and make it DONE if it is RUNNING and no row is PENDING or RESERVED.

        Returns False when such rows are left (another worker holds them), else True; repeating it changes nothing.
        """
        ...


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
