"""A web server and a worker that do nothing but become ready: what the supervisor needs to be tested with.

`python -m tests.portal.supervisor.small_node up …` runs the real `dcp up` around them.
"""

import http.server
import signal
import ssl
import sys
import threading

from config.settings import Settings
from portal.cli.up import up
from portal.supervisor.readiness import mark_ready
from portal.supervisor.runtime import Runtime, Step

PROGRAM = (sys.executable, "-m", "tests.portal.supervisor.small_node")


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _serve(settings):
    server = http.server.ThreadingHTTPServer((settings.host, settings.port), _Answer)
    if settings.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_cert_file, settings.tls_key_file)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


def _work(settings):
    mark_ready(settings.data_dir, "worker")
    threading.Event().wait()


def _prepare(runtime: Runtime) -> Runtime:
    settings = runtime.settings()
    assert settings.chain == "none" or settings.chain_rpc_url is not None
    return runtime


def main(arguments):
    if arguments[0] == "up":
        port = int(arguments[arguments.index("--port") + 1]) if "--port" in arguments else None
        return up(
            port=port,
            tls="--tls" in arguments,
            chain="none" if "--no-chain" in arguments else None,
            as_json="--json" in arguments,
            prepare=[Step("prepare", "prepare", _prepare)],
            program=PROGRAM,
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    {"serve": _serve, "worker": _work}[arguments[0]](Settings())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
