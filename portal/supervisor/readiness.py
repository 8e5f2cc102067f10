"""How the supervisor learns that the web server and the worker are healthy."""

import http.client
import ssl
from pathlib import Path

_MARKS = "ready"


def mark_ready(data_dir: Path, name: str) -> None:
    """Called by a process without a port (the worker) once it takes work."""
    path = _mark(data_dir, name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)


def clear_ready(data_dir: Path, name: str) -> None:
    """Forget an earlier mark, before the process starts."""
    _mark(data_dir, name).unlink(missing_ok=True)


def is_marked(data_dir: Path, name: str) -> bool:
    """Tell whether the process called `mark_ready` since its start."""
    return _mark(data_dir, name).exists()


def _mark(data_dir: Path, name: str) -> Path:
    return data_dir / _MARKS / name


def answers_ready(host: str, port: int, *, ca_file: Path | None, tls: bool, path: str = "/readyz") -> bool:
    """Tell whether the web server says 200 to its readiness question."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - listening everywhere, asked here
    connection: http.client.HTTPConnection
    if tls:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
        # The certificate may name the public host only; that it is ours is proved by its authority.
        context.check_hostname = False
        connection = http.client.HTTPSConnection(address, port, timeout=5, context=context)
    else:
        connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
