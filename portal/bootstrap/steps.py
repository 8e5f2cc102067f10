"""What `dcp up` does before the web server and the worker start. Each step may be repeated after any crash."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from anchoring.chain import EvmChain
from config.settings import Settings
from portal.anchors.recheck import recheck
from portal.auth.service import make_api_key
from portal.bootstrap.demo import DEMO_TENANT, ensure_demo
from portal.db.migrate import upgrade
from portal.keys.custody import CHAIN_KEY_FILE, make_chain_key
from portal.supervisor.files import write_private
from portal.supervisor.runtime import Runtime, Step
from portal.wiring import LOCAL_CHAIN_ID, Node, short_sleep

log = logging.getLogger(__name__)

API_KEY_FILE = "api-key"
CONTRACTS_FILE = "contracts.json"
_LOCAL_BALANCE_WEI = 10**21
_LOCAL_ANCHOR_INTERVAL_S = 5


def migrate(runtime: Runtime) -> Runtime:
    """Bring the database's tables to the newest revision."""
    url = runtime.settings().owner_database_url
    if url is None:
        raise LookupError("the storage step left no owner_database_url")
    upgrade(url.get_secret_value())
    return runtime


def deploy_contracts(runtime: Runtime) -> Runtime:
    """On the local chain: give the node's account coins, and deploy the registries where they are missing.

    A chain that lost its last blocks may have lost them; then they are deployed again.
    """
    settings = runtime.settings()
    if settings.chain != "local" or settings.chain_rpc_url is None:
        return runtime
    key = make_chain_key(runtime.data_dir / CHAIN_KEY_FILE)
    chain = EvmChain(settings.chain_rpc_url.get_secret_value(), chain_id=LOCAL_CHAIN_ID, private_key=key)
    if chain.balance_wei() < _LOCAL_BALANCE_WEI // 2:
        chain.rpc("anvil_setBalance", [chain.account, hex(_LOCAL_BALANCE_WEI)])
    path = runtime.data_dir / CONTRACTS_FILE
    known: dict[str, str] = json.loads(path.read_text(encoding="ascii")) if path.exists() else {}
    for name, artifact in _ARTIFACTS.items():
        if name not in known or not chain.code_at(known[name]):
            known[name] = chain.deploy(_bytecode(artifact), sleep=short_sleep)
            write_private(path, json.dumps(known))
    runtime = replace(runtime, contracts=known)
    return runtime.with_values(
        anchor_registry=known["anchor_registry"],
        did_registry=known["did_registry"],
        chain_id=LOCAL_CHAIN_ID,
        anchor_interval_s=_interval(settings),
        # On this machine's own chain and addresses the node must be able to read what it publishes.
        allow_loopback=True,
    )


def first_api_key(runtime: Runtime) -> Runtime:
    """Put the first API key into the data folder (mode 0600); the database keeps its digest only."""
    path = runtime.data_dir / API_KEY_FILE
    if not path.exists():
        write_private(path, make_api_key(_node(runtime), "first key", now=datetime.now(UTC)) + "\n")
    return replace(runtime, api_key=path.read_text(encoding="ascii").strip())


def demo(runtime: Runtime) -> Runtime:
    """Make the demo tenant with a small batch, the first time."""
    page = ensure_demo(_node(runtime))
    return replace(runtime, demo={"tenant": DEMO_TENANT, "credential": page})


def chain_recheck(runtime: Runtime) -> Runtime:
    """Compare what the database says of the chain with the chain; take back what a shorter chain lost."""
    recheck(_node(runtime))
    return runtime


PREPARE = (
    Step("migrate", "tables up to date", migrate),
    Step("contracts", "contracts on the chain", deploy_contracts),
    Step("api-key", "first API key", first_api_key),
    Step("recheck", "anchors agree with the chain", chain_recheck),
    Step("demo", "demo tenant", demo),
)

_ARTIFACTS = {
    "anchor_registry": ("anchoring.contracts", "AnchorRegistry.json"),
    "did_registry": ("anchoring.contracts.third_party", "EthereumDIDRegistry.json"),
}


def _node(runtime: Runtime) -> Node:
    return Node(runtime.settings())


def _bytecode(artifact: tuple[str, str]) -> bytes:
    package, name = artifact
    content: dict[str, Any] = json.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
    return bytes.fromhex(str(content["bytecode"]).removeprefix("0x"))


def _interval(settings: Settings) -> int:
    if "anchor_interval_s" in settings.model_fields_set:
        return settings.anchor_interval_s
    return _LOCAL_ANCHOR_INTERVAL_S
