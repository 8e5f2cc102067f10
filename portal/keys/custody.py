"""Where the keys of the node itself come from: the master key and the account that pays for anchors."""

import secrets
from pathlib import Path

from config.settings import Settings
from portal.errors import PortalError

MASTER_KEY_SIZE = 32
CHAIN_KEY_FILE = "chain-account.key"


class MasterKeyMissing(PortalError):
    status = 503
    code = "master-key-missing"


class KeyFileUnsafe(PortalError):
    status = 503
    code = "key-file-unsafe"


def master_key(settings: Settings) -> bytes:
    """The 32 bytes that wrap every stored key. Raises `MasterKeyMissing`, `KeyFileUnsafe`."""
    if settings.master_key is not None:
        text, where = settings.master_key.get_secret_value(), "DCP_MASTER_KEY"
    elif settings.master_key_file is not None:
        text, where = _read_private(settings.master_key_file), str(settings.master_key_file)
    else:
        raise MasterKeyMissing("no master key: set DCP_MASTER_KEY_FILE to a file of mode 0600, or start with `dcp up`")
    return _hex_key(text, where)


def chain_key(settings: Settings) -> bytes | None:
    """The key of the account that sends anchors: a file given by the operator, or the local chain's own."""
    path = settings.chain_key_file or settings.data_dir / CHAIN_KEY_FILE
    if not path.exists():
        return None
    return _hex_key(_read_private(path), str(path))


def make_chain_key(path: Path) -> bytes:
    """Make the local chain's account at first start (mode 0600); a later call returns the same key."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return _hex_key(_read_private(path), str(path))


def _read_private(path: Path) -> str:
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise MasterKeyMissing(f"the key file {path} does not exist; restore it from your backup") from None
    if mode & 0o077:
        raise KeyFileUnsafe(f"{path} can be read by others (mode {mode:04o}); run `chmod 600 {path}`")
    return text.strip()


def _hex_key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != MASTER_KEY_SIZE:
        raise MasterKeyMissing(f"{where} must hold 32 bytes in hexadecimal (64 digits)")
    return key
