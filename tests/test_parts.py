"""Which way mail takes, and that no new key forgets whom nobody may mail."""

from __future__ import annotations

import asyncio
import math
import re
import socket

import pytest

from digest.cli.process import Process
from digest.deliver.catcher import caught
from digest.deliver.smtp import Login, Proof, Security
from digest.errors import RelayError, SettingsError, SuppressionError
from digest.model.delivery import Claim, DeliveryState
from digest.parts import open_parts
from digest.rounds import Rounds
from digest.schedule import Watch
from digest.settings import load
from tests.deliver.batch import send
from tests.fakes import NOON, reader
from tests.settings.conftest import BASE

CATCHER = '[[relay]]\nname = "here"\nkind = "catcher"\n'
NOWHERE = '[[relay]]\nname = "there"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n'
"""Nobody listens on the port of discard (RFC 863)."""


def settings(folder, text, environ=None):
    """The settings of a digest.toml in the folder, beside lists that are empty."""
    (folder / "subscribers").mkdir()
    (folder / "digest.toml").write_text(BASE + text)
    return load(folder / "digest.toml", environ or {})


async def way_out(parts):
    """Send one mail the way that the settings say; return its outcome."""
    async with parts.transport() as transport:
        session = await transport.open()
        outcome = await send(session, Claim(1, 1, 1, "v", NOON, reader(1)), b"Subject: No. 7\r\n\r\n.\r\n")
        await session.close()
        return outcome


@pytest.mark.parametrize("relays", ["", CATCHER, CATCHER + NOWHERE], ids=["none", "catcher", "catcher first"])
def test_without_a_relay_or_with_the_catcher_first_mail_stays_on_this_machine(tmp_path, relays):
    with open_parts(settings(tmp_path, relays)) as parts:
        outcome = asyncio.run(way_out(parts))

    (mail,) = caught(tmp_path / "var/catcher")
    assert outcome.state is DeliveryState.ACCEPTED
    assert mail.recipients == ("reader1@aldovar.example",)


def test_the_relays_are_the_way_out_and_the_catcher_among_them_is_none(tmp_path):
    with socket.socket() as one, socket.socket() as another:  # ports that are taken, and where nobody listens
        for taken in (one, another):
            taken.bind(("127.0.0.1", 0))
        first, second = (f"port = {taken.getsockname()[1]}" for taken in (one, another))
        relays = f"{NOWHERE}{CATCHER}{NOWHERE.replace('there', 'elsewhere').replace('port = 9', second)}"
        told = rf"127\.0\.0\.1:{first[7:]}: no connection.*127\.0\.0\.1:{second[7:]}: no connection"
        text = relays.replace("port = 9", first, 1)
        with open_parts(settings(tmp_path, text)) as parts, pytest.raises(RelayError, match=told):
            asyncio.run(way_out(parts))

    assert not (tmp_path / "var/catcher").exists()


def test_what_a_relay_is_told_is_what_the_settings_say(tmp_path):
    text = NOWHERE.replace('security = "none"', "") + (
        'kind = "lmtp"\nusername = "digest"\nauth = "xoauth2"\nconnections = 7\nper_connection = 50\ntimeout = "9s"\n'
    )
    with open_parts(settings(tmp_path, text, {"DIGEST_RELAY__THERE__PASSWORD": "ropewalk"})) as parts:
        way = parts.over(parts.settings.relays[0])

    assert (way.lmtp, way.connections, way.per_connection, way.timeout.total_seconds()) == (True, 7, 50, 9.0)
    assert way.login == Login("digest", "ropewalk", Proof.XOAUTH2)
    assert way.security is Security.STARTTLS


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_is_none_is_named_before_anything_is_said(tmp_path, content):
    if content is not None:
        (tmp_path / "ours.pem").write_text(content)
    text = NOWHERE.replace("none", "tls") + 'ca_file = "ours.pem"\n'

    told = rf"relay\.there\.ca_file: {re.escape(str(tmp_path))}/ours\.pem holds no certificates"
    with open_parts(settings(tmp_path, text)) as parts, pytest.raises(SettingsError, match=told):
        asyncio.run(way_out(parts))


def test_the_first_key_is_made_where_nobody_is_suppressed_by_a_hash(tmp_path):
    with open_parts(settings(tmp_path, "")) as parts:
        (tmp_path / "subscribers/suppressed.csv").write_text("email\nmira@mail.example\n")

        token = parts.token("unsubscribe", 7, parts.settings.edition("weekday"))

        assert parts.tokens.read(token).subscriber == 7


def test_no_first_key_is_made_for_a_link_where_addresses_were_hashed_with_one_that_is_gone(tmp_path):
    with open_parts(settings(tmp_path, "")) as parts:
        row = f"{'ab' * 32},k1-3f9a2c,asked,2026-03-02"
        (tmp_path / "subscribers/suppressed.csv").write_text(f"email_hmac,key,reason,since\n{row}\n")

        with pytest.raises(SuppressionError, match=r"holds no key, but k1-3f9a2c made the hashes .* from a backup"):
            parts.token("unsubscribe", 7, parts.settings.edition("weekday"))

    assert not (tmp_path / "var/keys").exists()


def test_new_limits_hold_for_what_is_on_its_way_as_soon_as_the_settings_are_read_again(tmp_path):
    old = settings(tmp_path, NOWHERE)
    (tmp_path / "digest.toml").write_text(BASE + NOWHERE + 'rate = "5/s"\n')

    async def rate_before_and_after(parts):
        process, changed = Process(parts, lambda: load(tmp_path / "digest.toml", {})), asyncio.Event()
        rounds = Rounds(Watch(parts, lambda: NOON, asyncio.Event()), lambda event, run: None)
        async with parts.transport() as transport:
            before, heeding = transport.rate, asyncio.create_task(process._heed(rounds, changed))
            process.again.set()
            await asyncio.wait_for(changed.wait(), 30)
            heeding.cancel()
            return before, transport.rate

    with open_parts(old) as parts:
        assert asyncio.run(rate_before_and_after(parts)) == (math.inf, 5.0)
