"""Several mail servers as one way out: by weight, and without those that are not there."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from digest.deliver import deliver
from digest.deliver.smtp import Login, Relays, Security, Share, SmtpTransport
from digest.deliver.smtp.relays import REST
from digest.errors import RelayError
from tests.fakes import NOON, MemoryOutbox, MemoryWorker, reader

from .batch import send
from .server import DROP, Server, willing
from .test_session import MAIL, claim


class Clock:
    """Seconds that stand until they are moved."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


def share(name, server, weight=1, connections=4, **options):
    options = {"security": Security.NONE, "connections": connections} | options
    return Share(name, SmtpTransport("127.0.0.1", server.port, lambda claim: "bounce@brief.example", **options), weight)


def with_servers(servers, go):
    """Run `go(a clock)` while the servers listen; return what it returned."""

    async def run():
        async with AsyncExitStack() as stack:
            for server in servers:
                await stack.enter_async_context(server)
            return await go(Clock())

    return asyncio.run(run())


async def opened(relays, count):
    return [await relays.open() for _ in range(count)]


async def closed(sessions):
    for session in sessions:
        await session.close()


def saying(line, at):
    return lambda stage, argument: line if stage == at else willing(stage, argument)


@pytest.mark.parametrize(
    ("weights", "connections", "expected"),
    [((3, 1), 6, [6, 2]), ((1, 1), 4, [4, 4]), ((100, 1), 4, [4, 1]), ((2, 0), 4, [4, 0]), ((0, 0), 4, [2, 2])],
)
def test_connections_are_shared_by_weight(weights, connections, expected):
    servers = [Server(), Server()]

    async def go(clock):
        names = zip("ab", servers, weights, strict=True)
        relays = Relays([share(name, server, weight, connections) for name, server, weight in names], clock)
        sessions = await opened(relays, relays.connections)
        counts = [server.connections for server in servers]
        await closed(sessions)
        return counts

    assert with_servers(servers, go) == expected


def test_every_relay_is_in_use_before_one_has_all_its_connections():
    servers = [Server(), Server()]

    async def go(clock):
        relays = Relays([share("a", servers[0], 3, 6), share("b", servers[1])], clock)
        sessions = await opened(relays, 3)
        counts = [server.connections for server in servers]
        await closed(sessions)
        return counts

    assert with_servers(servers, go) == [2, 1]


def test_connections_made_at_once_are_shared_too():
    servers = [Server(), Server()]

    async def go(clock):
        relays = Relays([share(name, server) for name, server in zip("ab", servers, strict=True)], clock)
        sessions = await asyncio.gather(*(relays.open() for _ in range(6)))
        counts = [server.connections for server in servers]
        await closed(sessions)
        return counts

    assert with_servers(servers, go) == [3, 3]


def test_a_relay_that_is_not_there_is_left_alone_for_a_minute_and_another_takes_its_part():
    away, there = Server(saying("421 4.3.2 not now", at="banner")), Server()

    async def go(clock):
        relays = Relays([share("a", away, 3), share("b", there)], clock)
        sessions = await opened(relays, 3)
        tried = away.connections
        clock.seconds += REST
        sessions += await opened(relays, 1)
        await closed(sessions)
        return tried

    assert with_servers([away, there], go) == 1
    assert (away.connections, there.connections) == (2, 4)


def test_a_spare_relay_is_asked_only_where_no_other_lets_us_in():
    usual, spare = Server(), Server()

    async def go(clock):
        relays = Relays([share("spare", spare, 0), share("usual", usual)], clock)
        sessions = await opened(relays, relays.connections)
        before = spare.connections
        await closed(sessions)
        usual._answer = saying("554 5.3.2 closed", at="banner")
        await closed(await opened(relays, 2))
        return before

    assert with_servers([usual, spare], go) == 0
    assert spare.connections == 2


def test_a_relay_that_takes_nothing_rests_like_one_that_is_not_there():
    dropping, there = Server(saying(DROP, at="rcpt")), Server()

    async def go(clock):
        relays = Relays([share("a", dropping, 3), share("b", there)], clock)
        session = await relays.open()
        await send(session, claim(), MAIL)
        await session.close()
        await closed(await opened(relays, 3))

    with_servers([dropping, there], go)

    assert (dropping.connections, there.connections) == (1, 3)


def test_where_no_relay_lets_us_in_each_is_named_with_its_reason():
    servers = [Server(saying("554 5.3.2 closed", at="banner")), Server(saying("535 5.7.8 no", at="auth"))]
    servers[1]._offers = ("AUTH PLAIN",)

    async def go(clock):
        relays = Relays([share("a", servers[0]), share("b", servers[1], login=Login("digest", "geheim"))], clock)
        await relays.open()

    with pytest.raises(RelayError, match=r"127\.0\.0\.1:\d+: .*closed; 127\.0\.0\.1:\d+: .*535 5\.7\.8 no") as caught:
        with_servers(servers, go)

    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("stage", ["banner", "mail", "rcpt"])
def test_an_issue_goes_out_whole_where_one_relay_dies_on_the_way(stage):
    dying, there = Server(), Server()
    dying._answer = lambda at, argument: (
        "421 4.3.2 shutting down" if at == stage and len(dying.mails) >= 20 else willing(at, argument)
    )
    outbox = MemoryOutbox([reader(n) for n in range(1, 201)])
    outbox.enlist("w1", host="h", boot="b", now=NOON)

    async def go(clock):
        relays = Relays([share("a", dying, 3, per_connection=5), share("b", there)], clock)
        return await deliver(
            1, outbox=outbox, transport=relays, worker=MemoryWorker(), now=lambda: NOON, clock=clock,
            compose_message=lambda claim: f"To: {claim.recipient.email}\r\n\r\nx\r\n".encode(),
        )  # fmt: skip

    with_servers([dying, there], go)

    assert dying.copies + there.copies == {f"reader{n}@aldovar.example": 1 for n in range(1, 201)}
    assert outbox.counts(1)["accepted"] == 200
    assert dying.mails
    assert there.mails
