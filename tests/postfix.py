"""A postfix of the tests' own: everything of it in one folder, on ports of loopback, gone at the end.

The system's own instance, if there is one, is never touched: configuration, queue and data are elsewhere.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

PROGRAMS = Path("/usr/lib/postfix/sbin")
USER, PASSWORD, REALM = "digest", "ropewalk-8", "lindholm.example"
WAYS = {"plain": "pipelining,chunking", "pipelining": "chunking", "chunking": "silent-discard"}
"""What each port does not announce; the last announces everything."""

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {programs}
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.lindholm.example
mydestination =
mynetworks =
smtputf8_enable = yes
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = aldovar.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {realm}
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
"""
MASTER = """
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""
SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN
sasldb_path: {folder}/sasldb2
"""


def missing() -> str:
    """Return what keeps postfix from being run here; empty if nothing does."""
    if os.geteuid() != 0:
        return "postfix needs root"
    absent = [name for name in ("postfix", "saslpasswd2") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not installed (Debian: apt-get install postfix sasl2-bin)" if absent else ""


@dataclass
class Postfix:
    """A running server."""

    folder: Path
    ports: dict[str, int]
    """By what it announces there: see `WAYS`."""

    def arrived(self, count: int, seconds: float = 60) -> list[Message]:
        """Return the mails in its maildir, once there are so many."""
        new, until = self.folder / "mail" / "all" / "new", time.monotonic() + seconds
        while len(found := list(new.glob("*")) if new.is_dir() else []) < count:
            assert time.monotonic() < until, f"{len(found)} of {count} arrived:\n{self.log}"
            time.sleep(0.1)
        return [message_from_bytes(path.read_bytes()) for path in found]

    def empty(self) -> None:
        """Forget the mails."""
        shutil.rmtree(self.folder / "mail" / "all", ignore_errors=True)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]


@contextmanager
def running(certificate: Path, key: Path) -> Iterator[Postfix]:
    """Give a server that requires STARTTLS and a login, and is stopped and removed at the end."""
    owner = pwd.getpwnam("postfix")
    folder = Path(tempfile.mkdtemp(prefix="digest-postfix-"))
    folder.chmod(0o755)  # postfix's own user reads in it
    for name in ("queue", "data", "mail", "conf/sasl"):
        (folder / name).mkdir(parents=True)
    for name in ("data", "mail"):
        shutil.chown(folder / name, owner.pw_uid, owner.pw_gid)
    values = {"folder": folder, "programs": PROGRAMS, "uid": owner.pw_uid, "gid": owner.pw_gid, "realm": REALM}
    (folder / "conf" / "main.cf").write_text(MAIN.format(certificate=certificate, key=key, **values))
    (folder / "conf" / "sasl" / "smtpd.conf").write_text(SASL.format(folder=folder))
    _run("saslpasswd2", "-p", "-c", "-f", str(folder / "sasldb2"), "-u", REALM, USER, given=PASSWORD)
    shutil.chown(folder / "sasldb2", owner.pw_uid)
    postfix = ("postfix", "-c", str(folder / "conf"))
    try:
        with _held(len(WAYS)) as free:
            ports = dict(zip(WAYS, free, strict=True))
            services = "".join(_smtpd(way, port) for way, port in ports.items())
            (folder / "conf" / "master.cf").write_text(MASTER + services)
            _run(*postfix, "start")
        try:
            yield Postfix(folder, ports)
        finally:
            _run(*postfix, "stop")
            _wait_for_end(folder / "queue" / "pid" / "master.pid")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_end(pid: Path) -> None:
    """Wait until the process is gone: until then its folder is in use. One that nobody reaps stays, as a zombie."""
    with suppress(OSError, ValueError):
        state = Path(f"/proc/{int(pid.read_text())}/stat")
        while not state.read_text().rpartition(")")[2].startswith(" Z"):
            time.sleep(0.05)


def _smtpd(way: str, port: int) -> str:
    return f"127.0.0.1:{port} inet n - n - - smtpd -o smtpd_discard_ehlo_keywords={WAYS[way]}\n"


@contextmanager
def _held(count: int) -> Iterator[list[int]]:
    """Give ports that nobody else is given meanwhile, for a connection or a server, and that postfix may listen on.

    Linux lets two bind an address that both allow to be used again (SO_REUSEADDR), as long as neither listens there.
    """
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        yield [each.getsockname()[1] for each in sockets]


def _run(*command: str, given: str = "") -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
