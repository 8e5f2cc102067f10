"""The node's origin: chosen at the first start, then frozen.

Every DID, status list URL and QR code of the node starts with it. If it changed with a
port or a setting, all that was signed before would point nowhere (architecture, decision 14).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.supervisor import ports
from portal.supervisor.errors import OriginChanged
from portal.supervisor.files import write_private

NODE_FILE = "node.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the node listens and what it calls itself."""

    url: str
    port: int
    tls: bool
    is_local: bool  # made from the port, not given by the operator


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; None where nothing was."""

    host: str
    default_port: int
    port: int | None
    tls: bool | None
    public_url: str | None


def read_origin(data_dir: Path) -> Origin | None:
    """Return the frozen origin; None before the first start."""
    try:
        text = (data_dir / NODE_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    values = json.loads(text)
    return Origin(url=values["url"], port=values["port"], tls=values["tls"], is_local=values["is_local"])


def freeze(data_dir: Path, origin: Origin) -> None:
    """Write the origin down for ever. Called before anything is signed."""
    if read_origin(data_dir) != origin:
        write_private(data_dir / NODE_FILE, json.dumps(asdict(origin), indent=2) + "\n")


def choose(wish: Wish, frozen: Origin | None) -> Origin:
    """Return the origin for this start.

    Raises:
        OriginChanged: it would differ from the frozen one.
        PortHeld: the port is in use and no other may be taken.
    """
    return _first(wish) if frozen is None else _again(wish, frozen)


def _first(wish: Wish) -> Origin:
    port = wish.default_port if wish.port is None else wish.port
    if wish.port is None and not ports.is_free(wish.host, port):
        port = ports.next_free(wish.host, port)
    ports.refuse_held(wish.host, port, fix="Stop that process, or start with another --port.")
    tls = bool(wish.tls)
    if wish.public_url is not None:
        return Origin(url=wish.public_url, port=port, tls=tls, is_local=False)
    return Origin(url=f"{'https' if tls else 'http'}://localhost:{port}", port=port, tls=tls, is_local=True)


def _again(wish: Wish, frozen: Origin) -> Origin:
    if wish.public_url is not None and wish.public_url != frozen.url:
        raise OriginChanged(
            f"this node's credentials name {frozen.url}; DCP_PUBLIC_URL is {wish.public_url}",
            fix=f"Set DCP_PUBLIC_URL={frozen.url} (or unset it), or start a new node with another DCP_DATA_DIR.",
        )
    port = frozen.port if wish.port is None else wish.port
    tls = frozen.tls if wish.tls is None else wish.tls
    if frozen.is_local and (port, tls) != (frozen.port, frozen.tls):
        asked = f"{'https' if tls else 'http'}://localhost:{port}"
        raise OriginChanged(
            f"this node's credentials name {frozen.url}; you asked for {asked}",
            fix="Start it without --port and --tls (and without DCP_PORT and DCP_TLS), "
            "or start a new node with another DCP_DATA_DIR.",
        )
    ports.refuse_held(wish.host, port, fix=f"Stop that process: this node's credentials name {frozen.url}.")
    return Origin(url=frozen.url, port=port, tls=tls, is_local=frozen.is_local)
