"""Which way mail takes, and that no new key forgets whom nobody may mail."""

from __future__ import annotations

import asyncio

import pytest

from digest.deliver.catcher import caught
from digest.errors import SuppressionError
from digest.model.delivery import Claim, DeliveryState
from digest.parts import open_parts
from digest.settings import load
from tests.deliver.batch import send
from tests.fakes import NOON, reader
from tests.settings.conftest import BASE

CATCHER = '[[relay]]\nname = "here"\nkind = "catcher"\n'
NOWHERE = '[[relay]]\nname = "there"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n'
"""Nobody listens on the port of discard (RFC 863)."""


def settings(folder, text):
    """The settings of a digest.toml in the folder, beside lists that are empty."""
    (folder / "subscribers").mkdir()
    (folder / "digest.toml").write_text(BASE + text)
    return load(folder / "digest.toml", {})


async def way_out(parts):
    """Send one mail the way that the settings say; return its outcome and the relay's port."""
    async with parts.transport() as transport:
        if transport.port == 9:
            return None, 9
        session = await transport.open()
        outcome = await send(session, Claim(1, 1, 1, "v", NOON, reader(1)), b"Subject: No. 7\r\n\r\n.\r\n")
        await session.close()
        return outcome, transport.port


@pytest.mark.parametrize("relays", ["", CATCHER, CATCHER + NOWHERE], ids=["none", "catcher", "catcher first"])
def test_without_a_relay_or_with_the_catcher_first_mail_stays_on_this_machine(tmp_path, relays):
    with open_parts(settings(tmp_path, relays)) as parts:
        outcome, _ = asyncio.run(way_out(parts))

    (mail,) = caught(tmp_path / "var/catcher")
    assert outcome.state is DeliveryState.ACCEPTED
    assert mail.recipients == ("reader1@aldovar.example",)


def test_the_first_relay_is_the_way_out(tmp_path):
    with open_parts(settings(tmp_path, NOWHERE + CATCHER)) as parts:
        _, port = asyncio.run(way_out(parts))

    assert port == 9
    assert not (tmp_path / "var/catcher").exists()


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
