"""What one start of a node consists of: its settings and its parts.

Nothing runs here; `portal.cli.up` hands the parts to the supervisor.
"""

import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.settings import PREFIX, Settings
from portal.db.embedded import EmbeddedServer
from portal.supervisor import origin as origins
from portal.supervisor import ports, readiness
from portal.supervisor.chain import CHAIN_ID, LocalChain, find_anvil
from portal.supervisor.child import Part
from portal.supervisor.errors import SettingsIncomplete
from portal.supervisor.master_key import ensure_master_key
from portal.supervisor.runtime import Runtime, values_of
from portal.tls import ensure_certificates

PROGRAM = (sys.executable, "-m", "portal.cli")
LOCAL_ANCHOR_INTERVAL_S = 10
# Children learn all settings from the runtime file; these two decide before it is read.
_KEPT = ("DCP_DATA_DIR", "DCP_FAILPOINTS")


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of one start. `database` and `chain` are None where others run them."""

    runtime: Runtime
    origin: origins.Origin
    host: str
    own_ca: Path | None
    database: EmbeddedServer | None
    chain: LocalChain | None
    environment: Mapping[str, str]
    program: Sequence[str]

    def storage_parts(self) -> list[Part]:
        """Return what starts first. The chain leads: it starts while the database is being made."""
        parts = []
        if self.chain is not None:
            parts.append(self._chain_part(self.chain))
        if self.database is not None:
            parts.append(self._database_part(self.database))
        return parts

    def working_parts(self) -> list[Part]:
        """Return the web server and the worker."""
        return [self._web_part(), self._worker_part()]

    def _database_part(self, server: EmbeddedServer) -> Part:
        return Part(
            name="database",
            title="PostgreSQL",
            command=server.command,
            is_ready=server.is_ready,
            environment=self.environment,
            log_file=server.log_file,
            stop_signal=signal.SIGINT,
            stop_s=2.0,
            stop_order=0,
            before_start=lambda: _ignore(server.prepare()),
            popen_arguments=server.mode.popen_arguments(),
        )

    def _chain_part(self, chain: LocalChain) -> Part:
        return Part(
            name="chain",
            title="local chain",
            command=chain.command,
            is_ready=chain.is_ready,
            environment=self.environment,
            log_file=self._log("chain"),
            stop_signal=signal.SIGINT,
            stop_s=1.5,
            stop_order=1,
            before_start=lambda: _ignore(chain.prepare()),
        )

    def _web_part(self) -> Part:
        def is_ready() -> bool:
            return readiness.answers_ready(self.host, self.origin.port, tls=self.origin.tls, ca_file=self.own_ca)

        return Part(
            name="web",
            title="web server",
            command=lambda: [*self.program, "serve"],
            is_ready=is_ready,
            environment=self.environment,
            log_file=self._log("web"),
            stop_s=6.5,
            stop_order=2,
        )

    def _worker_part(self) -> Part:
        data_dir = self.runtime.data_dir
        return Part(
            name="worker",
            title="worker",
            command=lambda: [*self.program, "worker"],
            is_ready=lambda: readiness.is_marked(data_dir, "worker"),
            environment=self.environment,
            log_file=self._log("worker"),
            stop_s=6.5,
            stop_order=2,
            before_start=lambda: readiness.clear_ready(data_dir, "worker"),
        )

    def _log(self, name: str) -> Path:
        return self.runtime.data_dir / "logs" / f"{name}.log"


def make_plan(
    settings: Settings,
    *,
    data_dir: Path,
    now: datetime,
    environment: Mapping[str, str],
    tls_asked: bool,
    program: Sequence[str] = PROGRAM,
) -> Plan:
    """Decide origin, keys, certificates, database and chain.

    Raises:
        SupervisorError: one of them cannot be had; the error says what to do.
    """
    frozen = origins.read_origin(data_dir)
    given = settings.model_fields_set
    _require_complete(settings)
    origin = origins.choose(
        origins.Wish(
            host=settings.host,
            default_port=settings.port,
            port=settings.port if "port" in given else None,
            tls=settings.tls if tls_asked or "tls" in given else None,
            public_url=settings.public_url,
        ),
        frozen,
    )
    key_file = ensure_master_key(settings, data_dir=data_dir, is_first_start=frozen is None)
    values = values_of(settings)
    values |= {"data_dir": data_dir, "host": settings.host, "port": origin.port, "tls": origin.tls}
    values |= {"public_url": origin.url, "chain": settings.chain}
    if key_file is not None:
        values["master_key_file"] = key_file
    if origin.is_local and "allow_loopback" not in given:
        values["allow_loopback"] = True
    if settings.open_vc_api and "rate_limit_anonymous_per_minute" not in given:
        values["rate_limit_anonymous_per_minute"] = 0  # a conformance suite asks hundreds of times in a minute
    own_ca = None
    if origin.tls and settings.tls_cert_file is None:
        host = urlsplit(origin.url).hostname or "localhost"
        files = ensure_certificates(data_dir / "tls", now=now, extra_names=() if origin.is_local else (host,))
        own_ca = files.ca_file
        values |= {"tls_cert_file": files.cert_file, "tls_key_file": files.key_file}
        values.setdefault("ca_file", files.ca_file)
    chain = _local_chain(settings, data_dir)
    if chain is not None:
        values |= {"chain_rpc_url": chain.rpc_url, "chain_id": CHAIN_ID}
    if settings.chain == "local" and "anchor_interval_s" not in given:
        values["anchor_interval_s"] = LOCAL_ANCHOR_INTERVAL_S
    return Plan(
        runtime=Runtime(data_dir=data_dir, url=origin.url, is_first_start=frozen is None, values=values),
        origin=origin,
        host=settings.host,
        own_ca=own_ca,
        database=EmbeddedServer(data_dir) if settings.database_url is None else None,
        chain=chain,
        environment=_child_environment(environment, data_dir),
        program=program,
    )


def database_values(server: EmbeddedServer) -> dict[str, Any]:
    """Create the roles and return the settings that reach the embedded database and queue."""
    urls = server.ensure_roles()
    return {
        "database_url": urls.app,
        "owner_database_url": urls.owner,
        "platform_database_url": urls.platform,
        "broker_url": urls.queue,
    }


def _require_complete(settings: Settings) -> None:
    if settings.database_url is not None:
        for name in ("owner_database_url", "platform_database_url", "broker_url"):
            if getattr(settings, name) is None:
                raise SettingsIncomplete(
                    f"DCP_DATABASE_URL is set, {PREFIX}{name.upper()} is not",
                    fix=f"Set {PREFIX}{name.upper()} too (config/README.md says what it is), "
                    "or unset DCP_DATABASE_URL for the embedded server.",
                )
    if settings.chain == "remote" and settings.chain_id is None:
        raise SettingsIncomplete(
            "DCP_CHAIN_RPC_URL is set, DCP_CHAIN_ID is not",
            fix="Set DCP_CHAIN_ID to the chain you mean (137 Polygon, 80002 Amoy); the node refuses any other.",
        )


def _local_chain(settings: Settings, data_dir: Path) -> LocalChain | None:
    if settings.chain != "local" or settings.chain_rpc_url is not None:
        return None
    return LocalChain(data_dir, port=ports.free_port(), program=find_anvil(settings.anvil))


def _child_environment(environment: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if not name.startswith(PREFIX) or name in _KEPT}
    return {**kept, "DCP_DATA_DIR": str(data_dir)}


def _ignore(_value: object) -> None:
    return
