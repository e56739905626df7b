"""Messages over a connection, without sockets: every reply and every fault at every stage, however they are sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.smtp.dialogue import DEPTH, Dialogue, Stage
from digest.deliver.smtp.envelope import Envelope
from digest.deliver.smtp.letters import Writer
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.replies import Reply
from digest.model.delivery import DeliveryState as S
from digest.model.delivery import Outcome

ADA = Envelope("bounce+7@brief.example", "ada@aldovar.example")
MAIL = b"Subject: No. 7\r\n\r\n.The Ferren bridge is open.\r\n"
WAYS = {
    "plain": Offer(),
    "pipelining": Offer(pipelining=True),
    "bdat": Offer(chunking=True),
    "chunking": Offer(pipelining=True, chunking=True),
}
YES = {
    Stage.RSET: "250 flushed",
    Stage.MAIL: "250 2.1.0 ok",
    Stage.RCPT: "250 2.1.5 ok",
    Stage.DATA: "354 go",
    Stage.END: "250 2.0.0 taken as 4711",
}
LOST = "the mail server hung up"

every_way = pytest.mark.parametrize("way", WAYS)
STAGES = [(way, at) for way in WAYS for at in Stage if at and not (at is Stage.DATA and WAYS[way].chunking)]
every_stage = pytest.mark.parametrize(("way", "stage"), STAGES)
every_stage_before = pytest.mark.parametrize(("way", "stage"), [pair for pair in STAGES if pair[1] is not Stage.END])


def reply(line: str) -> Reply:
    return Reply(int(line[:3]), (line[4:],))


class Talk:
    """A dialogue whose other end the test plays."""

    def __init__(self, way, begin=lambda name: True, **options):
        self.offer = WAYS[way]
        self.begun, self.outcomes, self.script = [], {}, ""
        self._begin, self._seen = begin, {}
        self.dialogue = Dialogue(offer=self.offer, begin=self._ask, done=self._done, **options)

    def _ask(self, name):
        self.said()
        if not self._begin(name):
            return False
        self.begun.append(name)
        return True

    def _done(self, name, outcome):
        assert name not in self.outcomes, "an outcome is told once"
        self.outcomes[name] = outcome

    def said(self):
        """What was said since the last look."""
        new = b"".join(self.dialogue.take()).decode()
        self.script += new
        return new

    def put(self, *names):
        for name in names:
            assert self.dialogue.room > 0
            self.dialogue.put(name, Writer(self.offer).write(Envelope(ADA.sender, f"{name}@aldovar.example"), MAIL))
        return self.said()

    def hear(self, *lines, gone=10**9, **options):
        self.dialogue.heard([reply(line) for line in lines], gone=gone, **options)
        return self.said()

    def play(self, answers=None):
        """Answer one reply at a time, yes unless `answers` has another for the n-th message at a stage, or its end."""
        while (stage := self.dialogue.awaits) is not None:
            number = self._seen[stage] = self._seen.get(stage, 0) + 1
            line = (answers or {}).get((number, stage), YES[stage])
            if line == LOST:
                self.hear(ended=LOST)
            else:
                self.hear(line)
        return self.outcomes


def no_after(way, stage, line):
    """The answers of a server that says no at a stage, and to what follows it in the same go."""
    later = {(1, Stage(at)): "503 5.5.1 out of order" for at in range(stage + 1, Stage.END)}
    if WAYS[way].pipelining and WAYS[way].chunking and stage < Stage.END:
        later[1, Stage.END] = "503 5.5.1 out of order"
    return {(1, stage): line} | later


# one message


def test_a_message_goes_out_in_four_steps():
    talk = Talk("plain")

    steps = [talk.put("ada"), talk.hear("250 ok"), talk.hear("250 ok"), talk.hear("354 go"), talk.hear("250 2.0.0 ok")]

    assert steps == [
        "MAIL FROM:<bounce+7@brief.example>\r\n",
        "RCPT TO:<ada@aldovar.example>\r\n",
        "DATA\r\n",
        "Subject: No. 7\r\n\r\n..The Ferren bridge is open.\r\n.\r\n",
        "",
    ]
    assert talk.outcomes == {"ada": Outcome(S.ACCEPTED, 250, "2.0.0 ok")}


def test_commands_ride_together_where_the_server_takes_that():
    talk = Talk("pipelining")

    first = talk.put("ada")
    body = talk.hear("250 ok", "250 ok", "354 go")

    assert first == "MAIL FROM:<bounce+7@brief.example>\r\nRCPT TO:<ada@aldovar.example>\r\nDATA\r\n"
    assert body.endswith("open.\r\n.\r\n")


def test_a_chunk_is_the_message_as_it_is():
    talk = Talk("chunking")

    said = talk.put("ada")

    assert said == (
        "MAIL FROM:<bounce+7@brief.example>\r\nRCPT TO:<ada@aldovar.example>\r\n"
        f"BDAT {len(MAIL)} LAST\r\n{MAIL.decode()}"
    )


@every_way
def test_a_message_begins_before_its_first_byte_is_out_and_after_all_that_is_asked_before(way):
    seen = []
    talk = Talk(way, begin=lambda name: not seen.append(talk.script))

    talk.put("ada")
    talk.play()

    assert talk.outcomes["ada"].state is S.ACCEPTED
    assert [("BDAT" in said or "Subject" in said) for said in seen] == [False]


@every_stage
@pytest.mark.parametrize(
    ("line", "state"),
    [("451 4.7.1 greylisted", S.DEFERRED), ("450 full", S.DEFERRED), ("550 5.1.1 unknown", S.REFUSED),
     ("552 5.3.4 big", S.REFUSED)],
)  # fmt: skip
def test_a_no_is_an_outcome_at_every_stage(way, stage, line, state):
    talk = Talk(way)
    talk.put("ada")
    talk.play(no_after(way, stage, line))

    assert talk.outcomes == {"ada": Outcome(state, int(line[:3]), line[4:])}
    assert talk.dialogue.open
    assert talk.dialogue.settled


@every_stage_before
@pytest.mark.parametrize(
    "line", ["421 4.3.2 closing", "530 5.7.0 log in first", "535 5.7.8 who are you", "538 5.7.11 encrypt"]
)
def test_a_closing_or_locked_server_costs_no_reader_anything(way, stage, line):
    talk = Talk(way)
    talk.put("ada")
    talk.play(no_after(way, stage, line))

    assert talk.outcomes == {"ada": Outcome(S.QUEUED, int(line[:3]), line[4:])}
    assert not talk.dialogue.open


@every_stage_before
def test_a_server_that_closes_and_hangs_up_costs_no_reader_anything(way, stage):
    talk = Talk(way)
    talk.put("ada")
    talk.play({(1, stage): "421 4.3.2 closing", (1, Stage(stage + 1)): LOST, (1, Stage.END): LOST})

    assert talk.outcomes["ada"] == Outcome(S.QUEUED, 421, "4.3.2 closing")


@every_stage_before
def test_a_connection_lost_before_the_message_is_nobodys_outcome_and_after_it_a_doubt(way, stage):
    talk = Talk(way)
    talk.put("ada")
    talk.play({(1, stage): LOST})

    begun = way == "chunking"
    assert talk.outcomes == {"ada": Outcome(S.IN_DOUBT if begun else S.QUEUED, 0, LOST)}
    assert bool(talk.begun) is begun


@every_way
def test_a_connection_lost_after_the_message_leaves_it_in_doubt(way):
    talk = Talk(way)
    talk.put("ada")

    talk.play({(1, Stage.END): LOST})

    assert talk.outcomes == {"ada": Outcome(S.IN_DOUBT, 0, LOST)}


@every_way
def test_a_closing_server_that_has_the_message_did_not_take_it(way):
    talk = Talk(way)
    talk.put("ada")

    talk.play({(1, Stage.END): "421 4.3.2 shutting down"})

    assert talk.outcomes == {"ada": Outcome(S.DEFERRED, 421, "4.3.2 shutting down")}
    assert not talk.dialogue.open


@every_stage_before
def test_a_reply_that_makes_no_sense_ends_the_trust(way, stage):
    talk = Talk(way)
    talk.put("ada")
    talk.play({(1, stage): "250 ok" if stage is Stage.DATA else "354 go"})

    assert talk.outcomes["ada"].state is (S.IN_DOUBT if way == "chunking" else S.QUEUED)
    assert "out of turn" in talk.dialogue.fault


@every_way
def test_a_reply_that_makes_no_sense_after_the_message_leaves_it_in_doubt(way):
    talk = Talk(way)
    talk.put("ada")

    talk.play({(1, Stage.END): "354 go on"})

    assert talk.outcomes["ada"].state is S.IN_DOUBT
    assert talk.dialogue.fault


@every_way
def test_a_reply_to_nothing_ends_the_trust(way):
    talk = Talk(way)
    talk.put("ada")
    talk.play()

    talk.hear("250 ok")

    assert "spoke out of turn" in talk.dialogue.fault
    assert talk.outcomes["ada"].state is S.ACCEPTED


@pytest.mark.parametrize("way", ["plain", "bdat"])
@pytest.mark.parametrize("more", [("250 ok", "250 ok"), ("250 ok",)])
def test_what_came_before_a_command_was_said_is_never_its_answer(way, more):
    talk = Talk(way)
    talk.put("ada")

    said = talk.hear(*more, more=len(more) == 1)

    assert said == ""
    assert talk.outcomes["ada"].state is S.QUEUED


@pytest.mark.parametrize("way", ["plain", "pipelining", "bdat"])
def test_a_message_that_may_not_be_begun_any_more_costs_the_connection_and_no_reader(way):
    talk = Talk(way, begin=lambda name: False)
    talk.put("ada")

    talk.play()

    assert talk.outcomes["ada"].state is S.QUEUED
    assert "Subject" not in talk.script
    assert talk.dialogue.fault


def test_a_message_that_may_not_be_begun_any_more_costs_nothing_where_nothing_was_said():
    talk = Talk("chunking", begin=lambda name: name != "ada")

    talk.put("ada")
    talk.put("bo")
    talk.play()

    assert {name: outcome.state for name, outcome in talk.outcomes.items()} == {"ada": S.QUEUED, "bo": S.ACCEPTED}
    assert "ada@" not in talk.script


@every_way
@pytest.mark.parametrize(("line", "state"), [("552 5.3.4 enough", S.REFUSED), ("250 taken", S.IN_DOUBT)])
def test_only_a_no_counts_before_the_server_has_the_whole_message(way, line, state):
    talk = Talk(way)
    talk.put("ada")
    while talk.dialogue.awaits is not Stage.END:
        talk.hear(YES[talk.dialogue.awaits])

    talk.hear(line, gone=talk.dialogue.said - 5)

    assert talk.outcomes["ada"].state is state
    assert talk.dialogue.fault


# several messages


@every_way
def test_what_was_broken_off_is_reset_before_the_next_message(way):
    talk = Talk(way)
    talk.put("ada")
    talk.play(no_after(way, Stage.RCPT, "550 5.1.1 no"))

    said = talk.put("bo")
    talk.play()
    talk.put("cy")
    talk.play()

    assert said.startswith("RSET\r\n")
    assert talk.script.count("RSET") == 1
    assert [outcome.state for outcome in talk.outcomes.values()] == [S.REFUSED, S.ACCEPTED, S.ACCEPTED]


@every_way
def test_a_server_that_cannot_reset_is_left(way):
    talk = Talk(way)
    talk.put("ada")
    talk.play({(1, Stage.END): "550 no"})

    talk.put("bo")
    talk.play({(1, Stage.RSET): "500 what"})

    assert "start over" in talk.dialogue.fault
    assert talk.outcomes["bo"].state is (S.IN_DOUBT if way == "chunking" else S.QUEUED)


def test_a_server_is_trusted_with_one_more_message_for_each_it_took_and_with_eight_at_most():
    talk, rooms = Talk("chunking"), []

    for n in range(60):
        rooms.append(len(talk.begun) - len(talk.outcomes) + talk.dialogue.room)
        while talk.dialogue.room:
            talk.put(f"reader{n}x{len(talk.begun)}")
        talk.hear(*(YES[stage] for stage in (Stage.MAIL, Stage.RCPT, Stage.END)))

    assert rooms[:10] == [1, 2, 3, 4, 5, 6, 7, 8, 8, 8]
    assert max(rooms) == DEPTH
    assert [outcome.state for outcome in talk.outcomes.values()] == [S.ACCEPTED] * 60


def warm(**options):
    """A dialogue that has earned its depth."""
    talk = Talk("chunking", **options)
    for n in range(DEPTH - 1):
        talk.put(f"early{n}")
        talk.play()
    talk.outcomes.clear()
    return talk


SIX = [f"reader{n}" for n in range(1, 7)]
TAKEN = (YES[Stage.MAIL], YES[Stage.RCPT], YES[Stage.END])


def states(talk):
    return [talk.outcomes[name].state if name in talk.outcomes else None for name in SIX]


def test_a_no_to_one_of_several_is_no_others_outcome():
    talk = warm()
    talk.put(*SIX)

    talk.hear(
        *TAKEN, "250 ok", "550 5.1.1 no", "503 5.5.1 nobody", *TAKEN, "451 later", "503 no", "503 no", *TAKEN, *TAKEN
    )

    assert states(talk) == [S.ACCEPTED, S.REFUSED, S.ACCEPTED, S.DEFERRED, S.ACCEPTED, S.ACCEPTED]
    assert talk.outcomes["reader2"].code == 550


def test_a_connection_lost_with_several_in_flight_leaves_in_doubt_what_has_no_answer():
    talk = warm()
    talk.put(*SIX)

    talk.hear(*TAKEN, "250 ok", "550 5.1.1 no", ended=LOST)

    assert states(talk) == [S.ACCEPTED, S.REFUSED, *[S.IN_DOUBT] * 4]


def test_a_limit_of_messages_leaves_nobody_in_doubt():
    talk = warm()
    talk.put(*SIX)

    talk.hear(*TAKEN, *TAKEN, "421 4.7.0 that was enough", ended=LOST)

    assert states(talk) == [S.ACCEPTED, S.ACCEPTED, *[S.QUEUED] * 4]
    assert talk.outcomes["reader5"] == Outcome(S.QUEUED, 421, "4.7.0 that was enough")


def test_a_server_that_goes_on_after_it_said_that_it_was_closing_is_not_believed():
    talk = warm()
    talk.put(*SIX)

    talk.hear("421 4.7.0 closing", "250 ok", "250 2.0.0 taken", "250 ok", "250 ok", ended=LOST)

    assert states(talk) == [S.ACCEPTED, *[S.IN_DOUBT] * 5]


def test_a_server_that_still_has_the_message_before_is_left_without_harm():
    talk = warm()
    talk.put(*SIX[:3])

    talk.hear("250 ok", "550 no", "554 no", "503 nested", "503 no", "503 no", "503 nested", "503 no", "503 no")

    assert states(talk)[:3] == [S.REFUSED, S.QUEUED, S.QUEUED]
    assert not talk.dialogue.open


def test_the_next_message_rides_behind_the_one_before():
    talk = Talk("pipelining")
    talk.put("ada", "bo")

    said = talk.hear("250 ok", "250 ok", "354 go")
    then = talk.hear("250 taken", "250 ok", "250 ok", "354 go")

    assert said.endswith("\r\n.\r\nMAIL FROM:<bounce+7@brief.example>\r\nRCPT TO:<bo@aldovar.example>\r\nDATA\r\n")
    assert (talk.begun, then.startswith("Subject")) == (["ada", "bo"], True)


def test_a_message_that_rides_behind_one_in_doubt_was_not_begun():
    talk = Talk("pipelining")
    talk.put("ada", "bo")
    talk.hear("250 ok", "250 ok", "354 go")

    talk.hear(ended=LOST)

    assert {name: outcome.state for name, outcome in talk.outcomes.items()} == {"ada": S.IN_DOUBT, "bo": S.QUEUED}


@pytest.mark.parametrize("lines", [("535 who", "503 no", "503 no"), ("250 ok", "250 ok", "354 go")])
def test_a_message_whose_turn_does_not_come_any_more_is_given_back(lines):
    talk = Talk("pipelining")
    talk.put("ada", "bo")

    talk.hear(*lines)
    talk.hear(*(["421 closing", *lines] if lines[-1] == "354 go" else []))

    assert talk.outcomes["bo"].state is S.QUEUED
    assert (talk.dialogue.idle, talk.begun.count("bo")) == (True, 0)


def test_a_server_that_wants_a_message_for_nobody_gets_an_empty_one():
    talk = Talk("pipelining")
    talk.put("ada")

    said = talk.hear("250 ok", "550 5.1.1 no", "354 go")
    talk.hear("554 5.5.1 nobody")

    assert (said, talk.begun) == (".\r\n", [])
    assert talk.outcomes["ada"] == Outcome(S.REFUSED, 550, "5.1.1 no")
    assert talk.dialogue.open


@pytest.mark.parametrize(("lines", "options"), [(("250 ok", "550 no"), {"lmtp": True}), (("550 no", "250 ok"), {})])
def test_a_dot_that_might_be_taken_for_a_message_is_not_said(lines, options):
    talk = Talk("pipelining", **options)
    talk.put("ada")

    said = talk.hear(*lines, "354 go")

    assert said == ""
    assert talk.outcomes["ada"].state in (S.REFUSED, S.QUEUED)
    assert talk.dialogue.fault


@every_way
def test_a_connection_carries_as_many_messages_as_it_may(way):
    talk = Talk(way, most=3)

    sent = 0
    while talk.dialogue.open:
        while talk.dialogue.room:
            sent += 1
            talk.put(f"reader{sent}")
        talk.play()

    assert sent == len(talk.outcomes) == 3
    assert talk.dialogue.settled


@every_way
def test_stopping_gives_back_what_is_not_begun_and_waits_for_the_rest(way):
    talk = Talk(way)
    talk.put("ada")
    while talk.dialogue.awaits is not Stage.END and way != "chunking":
        talk.hear(YES[talk.dialogue.awaits])
    if way == "pipelining":
        talk.put("bo")

    talk.dialogue.stop()
    early = dict(talk.outcomes)
    talk.play()

    assert [outcome.state for outcome in early.values()] == ([S.QUEUED] if way == "pipelining" else [])
    assert talk.outcomes["ada"].state is S.ACCEPTED
    assert talk.dialogue.idle
    assert talk.dialogue.room == 0


LINES = st.sampled_from(
    ["250 ok", "250 ok", "250 ok", "354 go", "421 closing", "450 not now", "550 no", "530 who", "503 order", LOST]
)


@given(way=st.sampled_from(sorted(WAYS)), script=st.lists(LINES, max_size=30), refused=st.sets(st.integers(0, 9)))
def test_whatever_a_server_says_every_message_gets_one_outcome_and_no_yes_is_made_up(way, script, refused):
    talk, yes, count = Talk(way, begin=lambda name: name not in refused), 0, 0

    for line in script:
        while talk.dialogue.room and count < 10:
            talk.dialogue.put(count, Writer(talk.offer).write(ADA, MAIL))
            count += 1
        stage = talk.dialogue.awaits
        yes += stage is Stage.END and line.startswith("2")
        talk.hear(ended=LOST) if line == LOST else talk.hear(line)
    stuck = talk.dialogue.awaits is None and not talk.dialogue.idle
    talk.dialogue.lost("over")

    accepted = [name for name, outcome in talk.outcomes.items() if outcome.state is S.ACCEPTED]
    assert not stuck, "a message waits for what nobody will say"
    assert sorted(talk.outcomes) == list(range(count))
    assert len(accepted) <= yes
    assert set(accepted) <= set(talk.begun)
    assert {name for name, outcome in talk.outcomes.items() if outcome.state is S.IN_DOUBT} <= set(talk.begun)
    assert not refused & set(talk.begun)
