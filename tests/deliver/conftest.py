"""Certificates made for a test, and the shape of a run of sending."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    """A certificate for one name, signed by itself, and its key."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


def certificate(folder: Path, names: str) -> Certificate:
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=lindholm -addext"
    command = ["openssl", *kind.split(), f"subjectAltName={names}", "-keyout", made.key, "-out", made.certificate]
    subprocess.run(command, check=True, capture_output=True)
    return made


@pytest.fixture(scope="session")
def openssl() -> None:
    if shutil.which("openssl") is None:
        pytest.skip("encryption is NOT tested: the openssl program is missing (Debian: apt-get install openssl)")


@pytest.fixture(scope="session")
def ours(openssl, tmp_path_factory) -> Certificate:
    """A certificate that is valid for 127.0.0.1."""
    return certificate(tmp_path_factory.mktemp("ours"), "IP:127.0.0.1")


@pytest.fixture(scope="session")
def others(openssl, tmp_path_factory) -> Certificate:
    """A certificate for another host."""
    return certificate(tmp_path_factory.mktemp("others"), "DNS:mx.norrmark.example")
