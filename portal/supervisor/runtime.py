"""What is known about the node while it starts, and the file that tells other processes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from config.settings import RUNTIME_FILE, Settings
from portal.supervisor.files import write_private


@dataclass(frozen=True, slots=True)
class Runtime:
    """Handed from step to step; each step returns one that knows more.

    `values` are settings by field name, complete enough that `Settings(**values)` reaches
    the node. It holds passwords: never log it.
    """

    data_dir: Path
    url: str
    is_first_start: bool
    values: Mapping[str, Any]
    contracts: Mapping[str, str] = field(default_factory=dict)
    api_key: str | None = None
    demo: Mapping[str, Any] | None = None

    def settings(self) -> Settings:
        """Return the settings that every process of the node sees."""
        return Settings(**self.values)

    def with_values(self, **values: Any) -> Self:
        """Return a copy with some settings set."""
        return replace(self, values={**self.values, **values})

    def ready_facts(self) -> dict[str, Any]:
        """Return the fields of the `ready` event (architecture §4)."""
        settings = self.settings()
        local = settings.chain == "local" and settings.chain_rpc_url is not None
        facts: dict[str, Any] = {
            "url": self.url,
            # A remote chain's URL may hold an access key, and this line ends up in logs.
            "rpc_url": settings.chain_rpc_url.get_secret_value() if local and settings.chain_rpc_url else None,
            "chain": f"eip155:{settings.chain_id}" if settings.chain_id is not None else None,
            "contracts": dict(self.contracts),
            "api_key": self.api_key,
            "demo": None if self.demo is None else dict(self.demo),
        }
        if settings.tls and settings.ca_file is not None:
            facts["ca"] = str(settings.ca_file)
        return facts


@dataclass(frozen=True, slots=True)
class Step:
    """Something the node does while it starts: `run` may take a while and must be safe to repeat."""

    name: str
    title: str
    run: Callable[[Runtime], Runtime]


def values_of(settings: Settings) -> dict[str, Any]:
    """Return what was set explicitly, as plain values, paths absolute."""
    values: dict[str, Any] = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        elif isinstance(value, Path):
            value = value.absolute()
        values[name] = value
    return values


def write_runtime(runtime: Runtime) -> None:
    """Let other processes of this machine, run by the same user, reach the node."""
    write_private(runtime.data_dir / RUNTIME_FILE, json.dumps(dict(runtime.values), default=str, indent=1) + "\n")


def forget_runtime(data_dir: Path) -> None:
    """Remove the file when the node stops or before it starts."""
    (data_dir / RUNTIME_FILE).unlink(missing_ok=True)
