"""Finding a free port, or naming who holds the one that was asked for."""

import errno
import socket

from portal.supervisor import processes
from portal.supervisor.errors import PortHeld

_TRIES = 100


def is_free(host: str, port: int) -> bool:
    """Tell whether we could listen on `host`:`port` now.

    Raises:
        PortHeld: the address cannot be used for another reason than being in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise PortHeld(
                f"cannot listen on {host} port {port}: {error.strerror}",
                fix="Choose another with --port or DCP_PORT, and an address of this machine in DCP_HOST.",
            ) from error
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def next_free(host: str, port: int) -> int:
    """Return the first free port after `port`."""
    for candidate in range(port + 1, min(port + _TRIES, 65535)):
        if is_free(host, candidate):
            return candidate
    return free_port(host)


def refuse_held(host: str, port: int, *, fix: str) -> None:
    """Raise `PortHeld`, which names the process, unless the port is free."""
    if is_free(host, port):
        return
    holder = processes.listener_on(port)
    who = (
        "a process of another user"
        if holder is None
        else f"process {holder.pid} ({processes.command_of(holder.pid)[:120]})"
    )
    raise PortHeld(f"port {port} is held by {who}", fix=fix)
