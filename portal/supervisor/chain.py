"""The local development chain: anvil, with its state kept in the data folder.

It proves nothing to outsiders: whoever runs it can write any history.
"""

import http.client
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from portal.supervisor.errors import ProgramNotFound
from portal.supervisor.files import make_private_folder

CHAIN_ID = 31337
WARNING = (
    "The local chain proves nothing to outsiders: this machine can rewrite its history.\n"
    "Set DCP_CHAIN_RPC_URL to anchor on a public chain."
)
_PROJECT = Path(__file__).resolve().parents[2]
_PLATFORMS = {"linux": "linux", "darwin": "darwin"}
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def find_anvil(given: Path | None, *, project: Path = _PROJECT) -> Path:
    """Return the anvil program: the one given (DCP_ANVIL), npm's in the project, or one on the PATH.

    Raises:
        ProgramNotFound: there is none.
    """
    if given is not None:
        if not os.access(given, os.X_OK):
            raise ProgramNotFound(f"DCP_ANVIL={given} is not a program", fix="Correct or unset DCP_ANVIL.")
        return given
    modules = project / "anchoring" / "contracts" / "node_modules" / "@foundry-rs"
    system = f"{_PLATFORMS.get(sys.platform, sys.platform)}-{_MACHINES.get(os.uname().machine, os.uname().machine)}"
    program = modules / f"anvil-{system}" / "bin" / "anvil"
    if os.access(program, os.X_OK):
        return program
    found = shutil.which("anvil")
    if found is not None:
        return Path(found)
    raise ProgramNotFound(
        "the local chain's program (anvil) is not installed",
        fix="Run `make setup`, or set DCP_ANVIL, or start without a chain: dcp up --chain none",
    )


class LocalChain:
    """Anvil on a free port of the loopback address."""

    def __init__(self, data_dir: Path, *, port: int, program: Path) -> None:
        self.port = port
        self.program = program
        self.folder = data_dir / "chain"
        self.state_file = self.folder / "state.json"
        self._copy = self.folder / "state.copy.json"

    @property
    def rpc_url(self) -> str:
        """Where the chain answers."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> str | None:
        """Make the folder; replace a state file that a kill left half written. Returns what was done."""
        make_private_folder(self.folder)
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        if not self.state_file.exists() or _is_whole(self.state_file):
            return None
        self.state_file.replace(self.folder / "state.broken.json")
        if self._copy.exists():
            shutil.copyfile(self._copy, self.state_file)
            return "the local chain's state was half written when it was killed; an earlier copy is used"
        return "the local chain's state was half written when it was killed; the chain starts anew"

    def keep_copy(self) -> None:
        """Copy the state if it is whole. Anvil writes in place, so a kill can tear the file."""
        part = self.folder / "state.copy.part"
        try:
            shutil.copyfile(self.state_file, part)
        except FileNotFoundError:
            return
        if _is_whole(part):
            part.replace(self._copy)

    def command(self) -> Sequence[str]:
        """Return the command; with these options the `finalized` tag follows two blocks behind."""
        return [
            str(self.program),
            *("--host", "127.0.0.1"),
            *("--port", str(self.port)),
            *("--chain-id", str(CHAIN_ID)),
            *("--block-time", "1"),
            *("--slots-in-an-epoch", "1"),
            *("--state", str(self.state_file)),
            *("--state-interval", "2"),
            *("--cache-path", str(self.folder / "cache")),
            "--quiet",
        ]

    def is_ready(self) -> bool:
        """Tell whether the chain answers with its id."""
        try:
            return bool(self.ask("eth_chainId") == hex(CHAIN_ID))
        except (OSError, http.client.HTTPException, ValueError):
            return False

    def ask(self, method: str, *parameters: object) -> Any:
        """Call the chain; raises `OSError` or `ValueError` when it does not answer as it should."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "result" not in answer:
            raise ValueError(f"{method}: {answer.get('error')}")
        return answer["result"]


class Pace:
    """Lets the chain make a block a second while there is work, and a block every half minute when idle.

    Each block makes the state file larger, and anvil writes the whole file every two seconds:
    at one block a second an idle day would end at 150 MB.
    """

    BUSY_S, IDLE_S, LINGER_S = 1, 30, 30.0

    def __init__(self, ask: Callable[..., Any], *, monotonic: Callable[[], float]) -> None:
        """`ask` calls the chain; the chain is making a block a second now."""
        self._ask = ask
        self._monotonic = monotonic
        self._busy_until = monotonic() + self.LINGER_S
        self._interval_s = self.BUSY_S

    def look(self) -> None:
        """Look for waiting or recent transactions and set the pace. A chain that is restarting is left alone."""
        try:
            if self._has_work():
                self._busy_until = self._monotonic() + self.LINGER_S
            wanted = self.BUSY_S if self._monotonic() < self._busy_until else self.IDLE_S
            if wanted != self._interval_s:
                self._ask("evm_setIntervalMining", wanted)
                self._interval_s = wanted
        except (OSError, http.client.HTTPException, ValueError):
            # Restarted, it makes a block a second again.
            self._interval_s = self.BUSY_S

    def _has_work(self) -> bool:
        if int(self._ask("txpool_status")["pending"], 16) > 0:
            return True
        latest = self._ask("eth_getBlockByNumber", "latest", False)
        return bool(latest["transactions"])


def _is_whole(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True
