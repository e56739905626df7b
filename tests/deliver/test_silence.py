"""Logs, errors and journals name nobody: not a reader's address, not a token, whatever a server says."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver import deliver, enlisted, send_few
from digest.deliver.hush import hushed
from digest.deliver.smtp import Security, SmtpTransport
from digest.errors import DigestError, Unreachable
from digest.model.delivery import Claim
from tests.fakes import NOON, MemoryOutbox, reader
from tests.listening import listening

from .server import DROP, TAKE_AND_DROP, Server, willing

TOKEN = "eyJ1IjoiNDEyIn0.c2lnbmVkIGJ5IHRoZSBrZXkgb2YgdGhlIGRheQ"


def indiscreet(reply):
    """Let a server repeat whom and what it was given."""

    def said(argument):
        return f"{reply} <{argument}>: {argument.upper()} wants https://brief.example/u/{TOKEN} {TOKEN} no"

    return said


REPLIES = st.sampled_from(["250 2.1.5", "421 4.3.2", "450 4.2.1", "451 4.7.1", "550 5.1.1", "554 5.7.1", "999", "what"])
STAGES = st.sampled_from(["mail", "rcpt", "data", "dot"])
SCRIPT = st.lists(st.tuples(STAGES, st.one_of(REPLIES.map(indiscreet), st.sampled_from([DROP, TAKE_AND_DROP]))))


@settings(max_examples=40, deadline=None)
@given(SCRIPT, st.integers(1, 6), st.sampled_from([False] * 9 + [True]))
def test_no_log_line_error_or_journal_names_a_reader_or_holds_a_token(script, readers, away):
    outbox = MemoryOutbox([reader(n, f"Nightjar{n}@aldovar.example") for n in range(1, readers + 1)])
    left, errors, journals = list(script), [], []

    def answer(stage, argument):
        if left and left[0][0] == stage:
            said = left.pop(0)[1]
            said = said(argument) if callable(said) else said
            return said if stage == "dot" or said != TAKE_AND_DROP else DROP
        return willing(stage, argument)

    if away:
        real = outbox.record

        def lost(worker, results, now):
            outbox.record = real
            real(worker, results, now=now)
            raise Unreachable("the connection ended")

        outbox.record = lost

    async def go(data):
        async with Server(answer) as server:
            transport = SmtpTransport(
                "127.0.0.1",
                server.port,
                lambda claim: f"bounce-{claim.seq}@brief.example",
                security=Security.NONE,
                connections=2,
            )
            with enlisted(outbox, data, now=lambda: NOON, boot="b") as worker:
                try:
                    await deliver(
                        1,
                        outbox=outbox,
                        transport=transport,
                        compose_message=lambda claim: f"To: {claim.recipient.email}\r\n\r\n{TOKEN}\r\n".encode(),
                        now=lambda: NOON,
                        worker=worker,
                    )
                finally:
                    journals.extend(path.read_bytes() for path in (data / "journal").iterdir())

    with tempfile.TemporaryDirectory() as name, listening() as heard:
        try:
            asyncio.run(go(Path(name)))
        except DigestError as error:
            errors.append(f"{error} {error.__cause__}")

    told = "\n".join([*heard.lines, *errors, *(data.decode("ascii") for data in journals)]).lower()
    assert "nightjar" not in told
    assert TOKEN.lower() not in told


@settings(max_examples=15, deadline=None)
@given(SCRIPT, st.integers(1, 4))
def test_a_test_send_is_as_silent(script, testers):
    left, claims = (
        list(script),
        [Claim(1, 0, n, "en:military", NOON, reader(n, f"Nightjar{n}@aldovar.example")) for n in range(1, testers + 1)],
    )
    outcomes = errors = None

    def answer(stage, argument):
        if left and left[0][0] == stage:
            said = left.pop(0)[1]
            said = said(argument) if callable(said) else said
            return said if stage == "dot" or said != TAKE_AND_DROP else DROP
        return willing(stage, argument)

    async def go():
        async with Server(answer) as server:
            transport = SmtpTransport(
                "127.0.0.1", server.port, lambda claim: "bounce-1-0@brief.example", security=Security.NONE
            )
            return await send_few(transport, [(claim, f"To: {TOKEN}\r\n\r\nhi\r\n".encode()) for claim in claims])

    with listening() as heard:
        try:
            outcomes = asyncio.run(go())
        except DigestError as error:
            errors = f"{error} {error.__cause__}"

    told = "\n".join([*heard.lines, errors or ""]).lower()
    assert "nightjar" not in told
    assert TOKEN.lower() not in told
    assert errors or len(outcomes) == testers


@given(st.text(), st.emails())
def test_what_is_hushed_holds_no_address(text, email):
    assert "@" not in hushed(f"{text} {email} {text}@{text}")


@pytest.mark.parametrize("text", ["451 4.7.1 later, please", "the mail server hung up", ""])
def test_what_names_nobody_is_told_as_it_was(text):
    assert hushed(text) == text
