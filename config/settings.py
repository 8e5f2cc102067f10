"""The node's settings: one frozen object, read once at start.

A value comes from the environment (`DCP_…`); what is missing there comes from
`{data_dir}/runtime.json`, which a running `dcp up` writes (mode 0600), so that a
command in another terminal reaches the node that is running. No secret has a default.
"""

import difflib
import fcntl
import ipaddress
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "DCP_"
RUNTIME_FILE = "runtime.json"
LOCK_FILE = "node.lock"

Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/?#\s@]+$")]


class UnknownVariable(ValueError):
    """An environment variable starts with `DCP_` but names no setting.

    Most often a typing mistake; a setting that is silently ignored would be worse.
    """

    def __init__(self, name: str, known: list[str]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; config/README.md lists all {len(known)} variables"
        super().__init__(f"{name} is not a setting of this node{hint}")
        self.name = name


class Settings(BaseSettings):
    """No secret has a default: a missing one stops the process that needs it at start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    # where and how the node is reached
    data_dir: Path = Field(Path(".dcp"), description="Folder that holds everything the node writes.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    public_url: Origin | None = Field(
        None,
        description="Origin that DIDs, status lists and QR codes use, without trailing slash. "
        "It is frozen at the first start. Unset: http(s)://localhost:PORT.",
    )
    trusted_proxies: str | None = Field(
        None, description="Addresses or networks of proxies whose X-Forwarded-* headers are believed, comma-separated."
    )
    security_contact: str | None = Field(
        None,
        pattern=r"^(?:https://\S+|mailto:\S+|tel:\S+|[^\s@:/]+@[^\s@:/]+)$",
        description="Whom to tell about a weakness: an e-mail address or https address, for /.well-known/security.txt.",
    )
    rate_limit_per_minute: int = Field(
        1_200, ge=0, description="Requests that one key may make in a minute to each server process; 0: no limit."
    )
    rate_limit_anonymous_per_minute: int = Field(
        300, ge=0, description="The same for an address without a key, and for refused keys of one address."
    )
    tls: bool = Field(False, description="Serve https with a certificate from the node's own authority.")
    tls_cert_file: Path | None = Field(None, description="Certificate chain (PEM) of the web server.")
    tls_key_file: Path | None = Field(None, description="Private key (PEM) of the web server; mode 0600.")
    ca_file: Path | None = Field(None, description="Extra certificate authority trusted in outgoing requests.")
    allow_loopback: bool = Field(
        False, description="Let outgoing requests reach this machine; only for a node that tests itself."
    )
    open_vc_api: bool = Field(
        False,
        description="Let programs of this machine use the VC API without a key, for conformance suites. Refused unless "
        "DCP_HOST and DCP_PUBLIC_URL are loopback addresses.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe level logged.")
    log_format: Literal["text", "json"] = Field(
        "text", description="Log lines for people, or one JSON object per line."
    )

    # storage
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL URL of role dcp_app (no superuser, no BYPASSRLS). Unset: embedded server."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="PostgreSQL URL of role dcp_owner, which owns the tables; used by migrations only."
    )
    platform_database_url: SecretStr | None = Field(
        None, description="PostgreSQL URL of role dcp_platform: anchor rounds and the sweeper."
    )
    broker_url: SecretStr | None = Field(
        None, description="amqp://, redis:// or pgmq:// URL of the broker. Unset: queue in the embedded server."
    )

    # keys
    master_key_file: Path | None = Field(None, description="Mode 0600; 32 bytes in hex that wrap every stored key.")
    master_key: SecretStr | None = Field(None, description="The same 32 bytes in hex, instead of the file.")

    # chain
    chain: Literal["local", "none", "remote"] = Field(
        "local",
        description="local: a development chain on this machine, proves nothing to outsiders; none: no anchors; "
        "remote: the chain behind DCP_CHAIN_RPC_URL (implied when that is set).",
    )
    chain_rpc_url: SecretStr | None = Field(None, description="JSON-RPC URL of the chain; may hold an access key.")
    chain_id: int | None = Field(None, ge=1, description="EIP-155 id the chain must answer with.")
    chain_key_file: Path | None = Field(
        None, description="Mode 0600; private key in hex of the account that pays for anchors on a remote chain."
    )
    anchor_registry: Address | None = Field(None, description="Address of the AnchorRegistry contract.")
    did_registry: Address | None = Field(None, description="Address of the ERC-1056 registry for did:ethr.")
    anchor_interval_s: int = Field(3600, ge=1, description="Seconds between anchor rounds.")
    anvil: Path | None = Field(None, description="The anvil program; unset: the one npm brought.")

    # work
    worker_processes: int = Field(2, ge=1, le=256, description="Processes of one worker.")
    sweep_interval_s: int = Field(10, ge=1, description="Seconds between searches for work whose message was lost.")
    failpoints: str | None = Field(
        None, description="Tests only: places where a process waits to be killed, as NAME=MARKER_FILE, comma-separated."
    )

    @model_validator(mode="before")
    @classmethod
    def _a_url_means_a_remote_chain(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("chain_rpc_url") and not values.get("chain"):
            return {**values, "chain": "remote"}
        return values

    @model_validator(mode="after")
    def _no_contradictions(self) -> Self:
        if self.chain == "none" and self.chain_rpc_url is not None:
            raise ValueError("DCP_CHAIN=none contradicts DCP_CHAIN_RPC_URL: unset one of them")
        if self.chain == "remote" and self.chain_rpc_url is None:
            raise ValueError("DCP_CHAIN=remote needs DCP_CHAIN_RPC_URL")
        if self.master_key is not None and self.master_key_file is not None:
            raise ValueError("DCP_MASTER_KEY and DCP_MASTER_KEY_FILE are both set: unset one of them")
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("DCP_TLS_CERT_FILE and DCP_TLS_KEY_FILE belong together: set both or neither")
        public_host = urlsplit(self.public_url).hostname if self.public_url else None
        if self.open_vc_api and not (_is_loopback(self.host) and _is_loopback(public_host or self.host)):
            raise ValueError(
                "DCP_OPEN_VC_API lets anybody issue who reaches the node, so it goes with a loopback address only: "
                "unset it, or set DCP_HOST=127.0.0.1 and a DCP_PUBLIC_URL on localhost"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the running node's file; no .env file is read by surprise."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, _StrictEnvironment(settings_cls), _RuntimeFile(settings_cls)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _StrictEnvironment(EnvSettingsSource):
    """The environment, with unknown `DCP_…` names refused."""

    def __call__(self) -> dict[str, Any]:
        known = [PREFIX + name.upper() for name in self.settings_cls.model_fields]
        for name in sorted(self.env_vars):
            if name.upper().startswith(PREFIX) and name.upper() not in known:
                raise UnknownVariable(name.upper(), known)
        return super().__call__()


class _RuntimeFile(PydanticBaseSettingsSource):
    """What a running `dcp up` wrote for other processes; ignored once that process is gone."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: the file is read as a whole."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        data_dir = Path(self.current_state.get("data_dir") or self.settings_cls.model_fields["data_dir"].default)
        values = dict(read_runtime(data_dir))
        # One of a pair given from outside replaces the pair.
        if "master_key" in self.current_state:
            values.pop("master_key_file", None)
        return values


def problems_of(error: ValidationError) -> str:
    """Say in plain lines which settings are wrong; never what a secret contains."""
    lines = []
    for each in error.errors(include_input=False, include_url=False):
        name = PREFIX + str(each["loc"][0]).upper() + ": " if each["loc"] else ""
        lines.append(name + each["msg"].removeprefix("Value error, "))
    return "\n".join(lines)


def read_runtime(data_dir: Path) -> Mapping[str, Any]:
    """Return the settings of the node that runs on `data_dir`; empty when none runs."""
    try:
        text = (data_dir / RUNTIME_FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    if not is_node_running(data_dir):
        return {}
    settings: dict[str, Any] = json.loads(text)
    return settings


def is_node_running(data_dir: Path) -> bool:
    """Tell whether a `dcp up` holds the folder. The system drops its lock however it ends."""
    try:
        handle = os.open(data_dir / LOCK_FILE, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
