"""The fetcher on real sockets: time, size and TLS."""

import datetime as dt
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from ipaddress import ip_address

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from did.errors import DidNotFound, FetchFailed, FetchRefused, ResolutionUnavailable
from did.fetch import HttpsFetcher, Response, _tls_context, system_resolve

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-A: 1\r\n\r\n{}"


@contextmanager
def server(answer, context=None):
    """`answer(connection)` is called once for each connection. Gives the port and what was asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked = []
    stopped = threading.Event()

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    secured = context.wrap_socket(connection, server_side=True) if context else connection
                    asked.append(_request(secured))
                    answer(secured, stopped)
                    secured.shutdown(socket.SHUT_RDWR)
                    secured.close()
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], asked
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _request(connection):
    """One request as it came; its body may come in packets of its own."""
    data = connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    announced = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    missing = int(announced[0].partition(b":")[2]) - len(body) if announced else 0
    while missing > 0 and (more := connection.recv(missing)):
        data, missing = data + more, missing - len(more)
    return data


def says(data):
    return lambda connection, _: connection.sendall(data)


def drips(head, piece, pause_s):
    def answer(connection, stopped):
        connection.sendall(head)
        while not stopped.wait(pause_s):
            connection.sendall(piece)

    return answer


def fetcher(timeout_s=5.0, **options):
    return HttpsFetcher(timeout_s=timeout_s, allow_loopback=True, **options)


def test_an_answer_is_read():
    with server(says(OK)) as (port, asked):
        response = fetcher()(f"http://127.0.0.1:{port}/a?b=c#d", accept="application/did+json")
    assert (response.status, response.body, response.headers["x-a"]) == (200, b"{}", "1")
    assert response.url == f"http://127.0.0.1:{port}/a?b=c"
    head = asked[0].decode()
    assert head.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{port}\r\n" in head
    assert "Accept: application/did+json\r\n" in head
    assert "Cookie" not in head
    assert "Referer" not in head
    assert "Authorization" not in head


@pytest.mark.parametrize(
    "answer",
    [
        drips(b"", b"", 0.05),
        drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05),
        drips(b"HTTP/1.1 200 OK\r\n\r\n", b".", 0.05),
        drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n", 0.05),
        drips(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    ],
    ids=["silence", "headers", "body", "chunks", "interim answers"],
)
def test_a_slow_server_is_left_in_time(answer):
    with server(answer) as (port, _):
        start = time.monotonic()
        with pytest.raises(FetchFailed, match="did not answer in"):
            fetcher(0.2)(f"http://127.0.0.1:{port}/", accept="*/*")
        assert time.monotonic() - start < 2


def test_a_slow_name_server_is_left_in_time():
    threads = []

    def resolve(host, port):
        threads.append(threading.current_thread())
        time.sleep(1.5)
        return ["127.0.0.1"]

    start = time.monotonic()
    with pytest.raises(FetchFailed, match="not resolved in time"):
        fetcher(0.2, resolve=resolve)("https://issuer.example/", accept="*/*")
    assert time.monotonic() - start < 1
    # It does not keep the process alive either.
    assert [thread.daemon for thread in threads] == [True]


def test_a_name_server_may_take_a_moment():
    def resolve(host, port):
        time.sleep(0.1)
        return ["127.0.0.1"]

    with server(says(OK)) as (port, _):
        assert fetcher(resolve=resolve)(f"http://issuer.example:{port}/", accept="*/*").status == 200


class Dripping(httpcore.MockBackend):
    """A network that always has a byte, and does not look at timeouts."""

    def __init__(self):
        self.reads = 0

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        return self

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        return self

    def write(self, buffer, timeout=None):
        pass

    def read(self, max_bytes, timeout=None):
        self.reads += 1
        time.sleep(0.02)
        return b"HTTP/1.1 200 OK\r\n\r\n" if self.reads == 1 else b"x"

    def close(self):
        pass

    def get_extra_info(self, info):
        return None


def test_bytes_that_keep_coming_are_not_read_for_ever():
    network = Dripping()
    start = time.monotonic()
    with pytest.raises(FetchFailed, match="did not answer in 0"):
        HttpsFetcher(timeout_s=0.2, network=network)("https://93.184.215.14/", accept="*/*")
    assert time.monotonic() - start < 1
    assert network.reads > 1


def test_a_body_that_is_announced_too_large_is_not_waited_for():
    def answer(connection, stopped):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n")
        stopped.wait(3)

    with server(answer) as (port, _):
        start = time.monotonic()
        with pytest.raises(FetchFailed, match="announces 101 bytes; at most 100 are read"):
            fetcher()(f"http://127.0.0.1:{port}/", accept="*/*", max_bytes=100)
        assert time.monotonic() - start < 2


def test_redirects_share_the_time():
    def answer(connection, _):
        time.sleep(0.25)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")

    with server(answer) as (port, asked):
        with pytest.raises(FetchFailed):
            fetcher(0.6)(f"http://localhost:{port}/", accept="*/*", max_redirects=50)
        assert len(asked) <= 3


def test_a_name_that_does_not_exist_is_no_answer():
    def resolve(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(FetchFailed, match="cannot be resolved"):
        fetcher(resolve=resolve)("https://issuer.example/", accept="*/*")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", b"x" * 101),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 101),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"65\r\n" + b"x" * 101 + b"\r\n0\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n", b""),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", b"x" * 101),
    ],
)
def test_too_much_is_not_read(head, body):
    with server(says(head + body)) as (port, _), pytest.raises(FetchFailed):
        fetcher()(f"http://127.0.0.1:{port}/", accept="*/*", max_bytes=100)


def test_exactly_enough_is_read():
    with server(says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 100)) as (port, _):
        assert len(fetcher()(f"http://127.0.0.1:{port}/", accept="*/*", max_bytes=100).body) == 100


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x16\x03\x01",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_not_a_complete_answer_is_none(data):
    with server(says(data)) as (port, _), pytest.raises(FetchFailed):
        fetcher()(f"http://127.0.0.1:{port}/", accept="*/*")


def test_a_port_where_nobody_listens_is_no_answer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(FetchFailed, match="cannot be read"):
            fetcher()(f"http://127.0.0.1:{port}/", accept="*/*")


def test_the_next_address_is_tried():
    with server(says(OK)) as (port, _):
        fetch = fetcher(resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"])
        assert fetch(f"http://issuer.example:{port}/", accept="*/*").status == 200


def test_the_first_address_that_answers_is_taken():
    with server(says(OK)) as (port, asked):
        fetch = fetcher(resolve=lambda host, port: ["127.0.0.1", "127.0.0.9"])
        assert fetch(f"http://issuer.example:{port}/", accept="*/*").status == 200
        assert len(asked) == 1


def test_a_location_without_a_redirect_is_not_followed():
    with server(says(OK.replace(b"X-A: 1", b"Location: /x"))) as (port, _):
        assert fetcher()(f"http://127.0.0.1:{port}/", accept="*/*").body == b"{}"


def test_plain_http_needs_the_switch():
    with server(says(OK)) as (port, asked):
        with pytest.raises(FetchRefused):
            HttpsFetcher(timeout_s=5)(f"http://127.0.0.1:{port}/", accept="*/*")
        assert asked == []


# --- TLS -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for issuer.example and 127.0.0.1, its authority's file, and a server's context."""
    folder = tmp_path_factory.mktemp("tls")
    now = dt.datetime.now(dt.UTC)

    def certificate(name, key, issuer_name, issuer_key, *, is_ca, names=()):
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer_name)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if is_ca:
            usage = x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            )
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(certificate("Test CA", ca_key, "Test CA", ca_key, is_ca=True))
    names = [x509.DNSName("issuer.example"), x509.IPAddress(ip_address("127.0.0.1"))]
    chain = folder / "chain.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(certificate("issuer.example", key, "Test CA", ca_key, is_ca=False, names=names) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return ca_file, context


def to_this_machine(host, port):
    return ["127.0.0.1"]


def test_tls_checks_the_name_although_the_address_is_connected(authority):
    ca_file, context = authority
    fetch = fetcher(ca_file=ca_file, resolve=to_this_machine)
    with server(says(OK), context) as (port, asked):
        assert fetch(f"https://issuer.example:{port}/", accept="*/*").body == b"{}"
        assert fetch(f"https://127.0.0.1:{port}/", accept="*/*").body == b"{}"
        assert f"Host: issuer.example:{port}\r\n".encode() in asked[0]
        with pytest.raises(FetchFailed, match="certificate"):
            fetch(f"https://other.example:{port}/", accept="*/*")
        with pytest.raises(FetchFailed, match="certificate"):
            fetch(f"https://sub.issuer.example:{port}/", accept="*/*")


def test_tls_needs_an_authority(authority):
    _, context = authority
    with server(says(OK), context) as (port, _), pytest.raises(FetchFailed, match="certificate"):
        fetcher(resolve=to_this_machine)(f"https://issuer.example:{port}/", accept="*/*")


def test_the_usual_authorities_are_trusted_too(authority, monkeypatch):
    ca_file, context = authority
    monkeypatch.setattr("certifi.where", lambda: str(ca_file))
    _tls_context.cache_clear()
    with server(says(OK), context) as (port, _):
        assert fetcher(resolve=to_this_machine)(f"https://issuer.example:{port}/", accept="*/*").status == 200
    _tls_context.cache_clear()


def test_a_server_without_tls_is_no_answer(authority):
    ca_file, _ = authority
    with server(says(OK)) as (port, _), pytest.raises(FetchFailed):
        fetcher(ca_file=ca_file, resolve=to_this_machine)(f"https://issuer.example:{port}/", accept="*/*")


def test_old_tls_is_not_spoken(authority):
    ca_file, _ = authority
    assert fetcher(ca_file=ca_file)._tls.minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_handshake_that_never_ends_is_left_in_time(authority):
    ca_file, _ = authority
    with server(drips(b"", b"", 0.05)) as (port, _):
        start = time.monotonic()
        with pytest.raises(FetchFailed):
            fetcher(0.3, ca_file=ca_file, resolve=to_this_machine)(f"https://issuer.example:{port}/", accept="*/*")
        assert time.monotonic() - start < 2


def test_the_system_resolves_this_machine():
    assert "127.0.0.1" in system_resolve("127.0.0.1", 80)


def test_a_missing_authority_is_found_at_start(tmp_path):
    with pytest.raises(FileNotFoundError):
        HttpsFetcher(timeout_s=5, ca_file=tmp_path / "none.pem")


# --- what an answer says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        (None, None),
        ("public", None),
        ("max-age=60", 60),
        ("public, max-age=60, immutable", 60),
        ('max-age="60"', 60),
        ("Max-Age = 60", 60),
        ("max-age=0", 0),
        ("s-maxage=5", None),
        ("x-max-age=5", None),
        ("max-age=soon", None),
        ("no-store", 0),
        ("max-age=60, no-cache", 0),
    ],
)
def test_how_long_an_answer_may_be_kept(control, seconds):
    headers = {} if control is None else {"cache-control": control}
    assert Response(200, headers, b"", "https://a.example").max_age_s == seconds


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, DidNotFound),
        (410, DidNotFound),
        (201, ResolutionUnavailable),
        (204, ResolutionUnavailable),
        (304, ResolutionUnavailable),
        (403, ResolutionUnavailable),
        (405, ResolutionUnavailable),
        (411, ResolutionUnavailable),
        (500, ResolutionUnavailable),
    ],
)
def test_an_answer_without_a_body_that_counts(status, error):
    with pytest.raises(error, match=rf"https://a\.example answers {status}"):
        Response(status, {}, b"body", "https://a.example").require_body()


def test_an_answer_with_one():
    assert Response(200, {}, b"body", "https://a.example").require_body() == b"body"


def test_a_million_bytes_are_read_without_being_asked():
    for size, error in [(1_000_000, None), (1_000_001, FetchFailed)]:
        with server(says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * size)) as (port, _):
            if error is None:
                assert len(fetcher()(f"http://127.0.0.1:{port}/", accept="*/*").body) == size
            else:
                with pytest.raises(error, match="more than 1000000 bytes"):
                    fetcher()(f"http://127.0.0.1:{port}/", accept="*/*")


def test_no_redirect_is_followed_without_being_asked():
    with server(says(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")) as (port, asked):
        with pytest.raises(FetchRefused, match="redirects more often than the 0 times"):
            fetcher()(f"http://127.0.0.1:{port}/", accept="*/*")
        assert len(asked) == 1
