"""The composition root: one `Node` per process, built from settings.

Everything that touches the world (database, HTTP, chain, clock) is made here and handed on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urlsplit

from sqlalchemy import Engine

from anchoring.chain import EvmChain, EvmReader
from anchoring.errors import AnchoringError
from config.settings import Settings
from did.fetch import Fetch, HttpsFetcher
from did.kept import KeepingFetch
from did.methods.ethr import EthrMethod, EthrNetwork
from did.methods.jwk import JwkMethod
from did.methods.key import KeyMethod
from did.methods.web import WebMethod
from did.methods.webvh import WebvhMethod
from did.resolver import Method, Resolver
from portal.db.encrypted import ColumnCipher
from portal.db.engine import make_engine, require_bound_role
from portal.errors import NodeNotRunning
from portal.keys.custody import chain_key, master_key

LOCAL_CHAIN_ID = 31337
KEEP_S = 300  # as long as the resolver keeps DID documents


def utc_now() -> datetime:
    return datetime.now(UTC)


def short_sleep(seconds: float) -> None:
    """Wait for a block: at most half a second at a time, so that a local chain's blocks are seen soon."""
    time.sleep(min(seconds, 0.2))


def build_fetch(settings: Settings) -> Fetch:
    """The one outgoing HTTP client of the node."""
    return HttpsFetcher(timeout_s=10, allow_loopback=settings.allow_loopback, ca_file=settings.ca_file)


def build_chain(settings: Settings) -> EvmChain | None:
    """The configured chain with the account that pays, or None where the node runs without one."""
    private_key = chain_key(settings)
    if settings.chain_rpc_url is None or settings.anchor_registry is None or private_key is None:
        return None
    return EvmChain(
        settings.chain_rpc_url.get_secret_value(),
        chain_id=settings.chain_id or LOCAL_CHAIN_ID,
        contract=settings.anchor_registry,
        private_key=private_key,
    )


def build_resolver(
    settings: Settings, fetch: Fetch, chain: EvmReader | None, clock: Callable[[], datetime]
) -> Resolver:
    networks = {}
    if chain is not None and settings.did_registry is not None:
        networks[hex(chain.chain_id)] = EthrNetwork(
            chain_id=chain.chain_id, registry=settings.did_registry, rpc=chain.rpc, rpc_errors=(AnchoringError,)
        )
    # A node of this machine without TLS is read by http; one with its own authority by https like any other.
    loopback_http = settings.allow_loopback and settings.ca_file is None
    methods: list[Method] = [
        WebMethod(fetch, loopback_http=loopback_http),
        WebvhMethod(fetch, clock=clock, loopback_http=loopback_http),
        EthrMethod(networks, clock=clock),
        KeyMethod(),
        JwkMethod(),
    ]
    return Resolver(methods, clock=clock)


@dataclass(frozen=True)
class Node:
    """What a process of this node works with. Parts are made when first used."""

    settings: Settings
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = short_sleep

    @cached_property
    def app_engine(self) -> Engine:
        """As role dcp_app; refused if row-level security would not bind it."""
        if self.settings.database_url is None:
            raise NodeNotRunning(
                f"no node runs on {self.settings.data_dir}: start it with `dcp up`, or set DCP_DATABASE_URL"
            )
        engine = make_engine(self.settings.database_url)
        require_bound_role(engine)
        return engine

    @cached_property
    def platform_engine(self) -> Engine:
        """As role dcp_platform: rounds and the sweeper."""
        if self.settings.platform_database_url is None:
            raise NodeNotRunning("DCP_PLATFORM_DATABASE_URL is not set; anchoring needs it")
        engine = make_engine(self.settings.platform_database_url, pool_size=2)
        require_bound_role(engine)
        return engine

    @cached_property
    def cipher(self) -> ColumnCipher:
        return ColumnCipher(master_key(self.settings))

    @cached_property
    def fetch(self) -> Fetch:
        return build_fetch(self.settings)

    @cached_property
    def poster(self) -> HttpsFetcher:
        """Sends to strangers' addresses, under the same rules."""
        return HttpsFetcher(timeout_s=10, allow_loopback=self.settings.allow_loopback, ca_file=self.settings.ca_file)

    @cached_property
    def kept_fetch(self) -> Fetch:
        """The same client, with answers kept for a while: for keys, types and schemas, not for status lists."""
        return KeepingFetch(self.fetch, keep_s=KEEP_S, clock=self.now)

    @cached_property
    def chain(self) -> EvmChain | None:
        return build_chain(self.settings)

    @cached_property
    def resolver(self) -> Resolver:
        return build_resolver(self.settings, self.fetch, self.chain, self.now)

    @property
    def origin(self) -> str:
        """What links, DIDs and status lists of this node start with."""
        if self.settings.public_url is not None:
            return self.settings.public_url
        scheme = "https" if self.settings.tls else "http"
        return f"{scheme}://localhost:{self.settings.port}"

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    def chain_for(self, chain: str) -> EvmReader | None:
        """The chain client for a CAIP-2 name such as eip155:137, or None when this node does not know that chain."""
        if self.chain is not None and chain == f"eip155:{self.chain.chain_id}":
            return self.chain
        return None
