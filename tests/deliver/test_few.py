"""A few messages over a transport, without an outbox: what comes of servers that do not hold still."""

from __future__ import annotations

import asyncio

import pytest

from digest.deliver import send_few
from digest.deliver.smtp import Security, SmtpTransport
from digest.errors import RelayError
from digest.model.delivery import Claim
from digest.model.delivery import DeliveryState as S
from tests.fakes import NOON, reader

from .server import Server, willing

CLAIMS = [Claim(1, 0, n, "en:military", NOON, reader(n)) for n in (1, 2, 3)]


def sent(answer, *, most=0):
    async def go():
        async with Server(answer) as server:
            transport = SmtpTransport(
                server.host,
                server.port,
                lambda claim: "bounce-1-0@brief.example",
                security=Security.NONE,
                per_connection=most,
            )
            return server, await send_few(transport, [(claim, b"Subject: x\r\n\r\nhi\r\n") for claim in CLAIMS])

    return asyncio.run(go())


def test_one_connection_carries_all_of_them():
    server, outcomes = sent(willing)

    assert [outcome.state for outcome in outcomes] == [S.ACCEPTED] * 3
    assert server.connections == 1


def test_a_server_that_takes_one_message_a_connection_gets_them_one_by_one():
    server, outcomes = sent(willing, most=1)

    assert [outcome.state for outcome in outcomes] == [S.ACCEPTED] * 3
    assert server.connections == 3


def test_a_server_that_hangs_up_as_soon_as_it_has_let_us_in_is_left_alone_after_a_while():
    server, outcomes = sent(lambda stage, who: "250 ok\r\n421 4.3.2 bye" if stage == "ehlo" else willing(stage, who))

    assert {outcome.state for outcome in outcomes} == {S.DEFERRED}
    assert server.connections <= 9


def test_where_no_server_lets_us_in_nothing_counts_as_tried():
    with pytest.raises(RelayError, match="554"):
        sent(lambda stage, who: "554 not you" if stage == "banner" else willing(stage, who))


def test_what_was_answered_before_the_server_went_away_is_told():
    banners = []

    def answer(stage, who):
        if stage == "banner":
            banners.append(who)
            return "554 enough" if len(banners) > 1 else willing(stage, who)
        return willing(stage, who)

    _, outcomes = sent(answer, most=1)

    assert [outcome.state for outcome in outcomes] == [S.ACCEPTED, S.DEFERRED, S.DEFERRED]
    assert "554" in outcomes[1].text
