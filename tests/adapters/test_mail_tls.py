"""Mail over TLS against a real server: said only under TLS, and only to a server whose certificate holds."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from grants.adapters.mail import Letter, MailLater, mailer

SENDER = "Center Competitions <no-reply@agency.example>"
LETTER = Letter("<abc123@grants.example>", "ana@tests.example", "Your receipt", "We have it.\n", "<p>…</p>")


def nothing() -> None:
    """Say nothing before the last dot."""


Start = Callable[..., str]


class Taking:
    """A server that keeps what it took, and whether the line was under TLS when it came."""

    def __init__(self) -> None:
        self.taken: list[bool] = []
        self.names: list[tuple[str, bool]] = []

    async def handle_DATA(self, server: SMTP, session: Session, _envelope: Envelope) -> str:  # noqa: N802
        """Take the mail."""
        self.taken.append(_under_tls(server, session))
        return "250 OK"

    def name(self, server: SMTP, session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        """Let everybody in who gives a name."""
        assert isinstance(data, LoginPassword)
        self.names.append((data.login.decode(), _under_tls(server, session)))
        return AuthResult(success=True)


def _under_tls(server: SMTP, session: Session) -> bool:
    transport = server.transport
    return session.ssl is not None or (
        transport is not None and transport.get_extra_info("ssl_object") is not None
    )


@pytest.fixture
def taking() -> Taking:
    return Taking()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that is its own authority: the file to trust, and the server's side."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.tests.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    shown, held = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    held.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, held)
    return shown, context


@pytest.fixture
def start(taking: Taking) -> Iterator[Start]:
    """Start a server on a free port and return its host and port."""
    running: list[Controller] = []

    def begin(**options: Any) -> str:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(taking, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return f"127.0.0.1:{port}"

    yield begin
    for controller in running:
        controller.stop()


@pytest.fixture
def trusted(certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side, with its certificate trusted by this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return certificate[1]


def test_name_and_mail_go_out_under_starttls_only(
    start: Start, taking: Taking, trusted: ssl.SSLContext
) -> None:
    place = start(
        tls_context=trusted, require_starttls=True, authenticator=taking.name, auth_require_tls=True
    )

    mailer(f"smtp+starttls://ana:secret@{place}", sender=SENDER).send(LETTER, nothing)

    assert (taking.names, taking.taken) == ([("ana", True)], [True])


def test_a_server_without_starttls_gets_nothing(start: Start, taking: Taking) -> None:
    place = start()

    with pytest.raises(MailLater, match="STARTTLS"):
        mailer(f"smtp+starttls://{place}", sender=SENDER).send(LETTER, nothing)

    assert taking.taken == []


def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    start: Start, taking: Taking, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    place = start(tls_context=certificate[1])

    with pytest.raises(MailLater, match="certificate"):
        mailer(f"smtp+starttls://{place}", sender=SENDER).send(LETTER, nothing)

    assert taking.taken == []


@pytest.mark.parametrize("is_trusted", [True, False])
def test_tls_from_the_first_byte_checks_the_certificate_too(
    start: Start,
    taking: Taking,
    certificate: tuple[Path, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_trusted: bool,
) -> None:
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    place = start(ssl_context=certificate[1])
    sender = mailer(f"smtps://{place}", sender=SENDER)

    if is_trusted:
        sender.send(LETTER, nothing)
    else:
        with pytest.raises(MailLater, match="certificate"):
            sender.send(LETTER, nothing)

    assert taking.taken == [True] * is_trusted
