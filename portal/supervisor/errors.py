"""Why a node did not start, each with what to do about it."""


class SupervisorError(Exception):
    """Base class. `fix` is one sentence that a person can act on."""

    def __init__(self, message: str, *, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


class NodeAlreadyRunning(SupervisorError):
    """Another `dcp up` holds the data folder."""


class PortHeld(SupervisorError):
    """Another process listens on the port."""


class OriginChanged(SupervisorError):
    """The origin differs from the one that credentials of this node already name."""


class DataFolderRefused(SupervisorError):
    """The data folder cannot be used as it is."""


class RootRefused(SupervisorError):
    """PostgreSQL does not run as root and no harmless way around it was found."""


class ProgramNotFound(SupervisorError):
    """A program that a part of the node needs is not there."""


class PartFailed(SupervisorError):
    """A part of the node did not become healthy."""


class MasterKeyRefused(SupervisorError):
    """The master key is missing, malformed or readable by others."""


class SettingsIncomplete(SupervisorError):
    """A setting needs another one beside it."""
