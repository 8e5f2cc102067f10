"""A real chain for a test: anvil on a free port, spoken to with plain JSON-RPC."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "anchoring" / "contracts" / "node_modules"
ARTIFACT = MODULES / "ethr-did-registry/artifacts/contracts/EthereumDIDRegistry.sol/EthereumDIDRegistry.json"

# The first account of anvil's published mnemonic ("test test … junk"); it pays for everything.
PAYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


class Chain:
    def __init__(self, url: str) -> None:
        self.url = url

    def rpc(self, method: str, params: list) -> object:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            result = json.load(answer)
        if "error" in result:
            raise RuntimeError(result["error"])
        return result["result"]

    def send(self, data: bytes, to: str | None = None, sender: str = PAYER) -> dict:
        transaction = {"from": sender, "data": "0x" + data.hex(), "gas": hex(3_000_000)}
        if to is not None:
            transaction["to"] = to
        sent = self.rpc("eth_sendTransaction", [transaction])
        deadline = time.monotonic() + 10
        while (receipt := self.rpc("eth_getTransactionReceipt", [sent])) is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{sent} is not mined")
            time.sleep(0.02)
        if receipt["status"] != "0x1":
            raise RuntimeError(f"the transaction failed: {receipt}")
        return receipt

    def deploy_registry(self) -> str:
        bytecode = json.loads(ARTIFACT.read_text())["bytecode"]
        return self.send(bytes.fromhex(bytecode[2:]))["contractAddress"]


@contextmanager
def anvil():
    """Fails, and says how to mend it, where `make setup` has not run."""
    program = MODULES / ".bin" / "anvil"
    if not program.exists() or not ARTIFACT.exists():
        raise FileNotFoundError(f"{MODULES} is incomplete: run `make setup`")
    path = f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [str(program), "--port", str(port), "--silent"],
        env={**os.environ, "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    chain = Chain(f"http://127.0.0.1:{port}")
    try:
        _wait(chain, process)
        yield chain
    finally:
        # The npm package starts the real program as a child; the session holds both.
        os.killpg(process.pid, 15)
        process.wait(10)


def _wait(chain: Chain, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            chain.rpc("eth_chainId", [])
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("anvil does not start") from None
            time.sleep(0.05)
        else:
            return
