"""What the issuing engine can refuse. Never an HTTP status: the portal decides how to say it."""

from __future__ import annotations


class AgentError(Exception):
    """Base class; callers outside this package catch only this."""


class RoundChanged(AgentError):
    """Another worker stored this round first. Read it again; nothing was lost."""


class AccountBusy(AgentError):
    """Another round of the same account is signed or broadcast; its nonce comes first. Wait for it."""


class AnchorLost(AgentError):
    """A final anchor is no longer shown by a chain that cannot forget. Ask another node before anything else."""


class AnchorWithoutLog(AgentError):
    """A round's transaction is in a final block and left no log.

    Signing again would pay again. Look at the contract first.
    """


class AnchorSettingsChanged(AgentError):
    """The round's bytes were signed by another account or for another contract than the node has now.

    Let the round finish with the old settings, or decide by hand that its bytes are dead.
    """
