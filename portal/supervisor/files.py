"""Files of the data folder: private, and whole or absent after a crash."""

import os
import secrets
from pathlib import Path

from portal.supervisor.errors import DataFolderRefused


def make_private_folder(folder: Path) -> Path:
    """Create `folder` (mode 0700) when it is missing.

    Raises:
        DataFolderRefused: something else stands there, or it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise DataFolderRefused(f"{folder} is not a folder", fix=f"Move {folder} away or set DCP_DATA_DIR.") from None
    except OSError as error:
        raise DataFolderRefused(
            f"cannot make the folder {folder}: {error.strerror}", fix="Choose a writable folder with DCP_DATA_DIR."
        ) from error
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that readers see the old content or the new, never half of it."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def secret_in(path: Path, *, size: int = 32) -> tuple[str, bool]:
    """Return the secret kept in `path` and whether it was made just now (random, hex, mode 0600)."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        text = secrets.token_hex(size)
        write_private(path, text + "\n")
        return text, True
    return text, False


def private_problem(path: Path) -> str | None:
    """Say what is wrong when others than the owner may read `path`."""
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return f"{path} can be read by others (mode {mode:04o})"
    return None
