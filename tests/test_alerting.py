"""Each on duty hears of trouble by themselves: one whose address fails costs no other a second mail."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from digest import pipeline
from digest.model.alert import Alert, Incident, Trouble
from digest.parts import open_parts
from digest.pipeline.tries import Tries
from digest.settings import load
from tests.deliver.server import willing
from tests.fakes import NOON
from tests.job.postoffice import PostOffice
from tests.job.test_alerting import listening
from tests.settings.conftest import BASE

GOOD, OTHER = "good@mail.example", "other@mail.example"
TURN = timedelta(seconds=30)


@contextmanager
def duty(folder, answers, *addresses):
    """Parts that alert these addresses, whose mail server answers `rcpt` by `answers`, and that server."""

    def answer(stage, argument):
        wrong = next((reply for address, reply in answers.items() if address in argument), None)
        return wrong if stage == "rcpt" and wrong else willing(stage, argument)

    (folder / "var").mkdir()
    with PostOffice(answer) as office:
        text = f"{BASE}{office.table}\n[alerts]\nemail = {list(addresses)}\n"
        (folder / "digest.toml").write_text(text.replace("'", '"'))
        with open_parts(load(folder / "digest.toml", {})) as parts:
            parts.store.outbox.declare_put_back({}, claims=9, now=NOON)
            yield parts, office


def turns(parts, number, tries=None, begin=0):
    """What so many turns of the alerts, one after another, said or raised."""
    tries, heard = tries or Tries(), []
    for n in range(begin, begin + number):
        try:
            heard.append(asyncio.run(pipeline.alert(parts, tries, now=NOON + n * TURN)))
        except OSError as error:
            heard.append(str(error))
    return heard


def test_who_is_refused_for_good_costs_the_others_no_second_mail(tmp_path, caplog):
    with duty(tmp_path, {OTHER: "550 5.1.1 no such user"}, GOOD, OTHER) as (parts, office):
        heard = turns(parts, 9)
        asked = office.asked

    assert [len(each) for each in heard] == [1, *[0] * 8]
    assert sorted(asked) == [GOOD, OTHER]
    (line,) = [record for record in caplog.records if record.message == "an alert was refused for good"]
    assert (vars(line)["on_duty"], vars(line)["code"]) == (2, 550)


def test_who_is_deferred_is_tried_ever_less_often_until_they_hear_and_the_others_are_left_alone(tmp_path):
    answers = {OTHER: "450 4.2.0 greylisted"}
    with duty(tmp_path, answers, GOOD, OTHER) as (parts, office):
        tries = Tries()
        first = turns(parts, 20, tries)
        asked = office.asked
        answers.clear()
        restarted = turns(parts, 2, begin=20)
        after = office.asked[len(asked) :]

    reason = "an alert could not be told: the mail was not taken for all on duty; the reply: 450"
    assert set(first) == {reason}
    assert (asked.count(GOOD), asked.count(OTHER)) == (1, 5)  # at 0, 30, 90, 210 and 450 s
    assert [len(each) for each in restarted] == [1, 0]
    assert after == [OTHER]


def test_an_alert_that_all_on_duty_refuse_is_not_taken_for_told(tmp_path):
    with duty(tmp_path, {GOOD: "550 5.7.1 not from you"}, GOOD) as (parts, office):
        heard = turns(parts, 9)

        assert {type(each) for each in heard} == {str}
        assert len(office.asked) == 4  # at 0, 30, 90 and 210 s


def test_news_does_not_wait_for_the_pause_of_what_was_tried_before():
    old, new = (Incident(n, Alert(Trouble.HELD, str(n), "held"), NOON, None) for n in (1, 2))
    tries = Tries()

    for _ in range(99):
        tries.failed("webhook", [old], NOON, "no answer")

    hour = timedelta(hours=1)
    assert [tries.due("webhook", [old], NOON + at) for at in (hour - TURN, hour)] == [False, True]
    assert tries.due("webhook", [old, new], NOON)
    assert tries.due("webhook", [replace(old, ended_at=NOON)], NOON)


def test_a_key_that_cannot_be_used_keeps_no_alert_from_the_webhook(tmp_path):
    with listening() as (url, heard), duty(tmp_path, {}, GOOD) as (_, office):
        file = tmp_path / "digest.toml"
        unsigned = '\n[dkim]\ndomain = "brief.example"\nselectors = ["gone"]\n'
        file.write_text(file.read_text().replace("[alerts]\n", f'[alerts]\nwebhook = "{url}"\n') + unsigned)
        with open_parts(load(file, {})) as told:
            (said,) = turns(told, 1)
        mails = office.asked

    assert "gone" in said
    assert (len(heard), mails) == (1, [])
