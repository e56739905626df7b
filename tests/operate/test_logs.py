"""A line an event."""

import io
import json
import logging

import pytest
import structlog

from digest.operate import logs


@pytest.fixture
def log():
    """Begins the log into a text; afterwards logging is as it was."""
    root, ours = logging.getLogger(), logging.getLogger(logs.OURS)
    before = (root.handlers[:], root.level, ours.level)
    text = io.StringIO()

    def begin(**options):
        logs.begin(text, **options)
        return text

    yield begin
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])
    structlog.reset_defaults()


def test_each_event_is_one_line_of_json_with_what_is_bound(log):
    text = log(as_json=True)

    with structlog.contextvars.bound_contextvars(job="send", run=7):
        logs.log().info("No. 412 is\nsent", issue=3)
        logging.getLogger("digest.deliver").warning("a relay does not let us in", extra={"relay": "main"})
    logs.log().debug("nobody wants to read that")

    first, second = map(json.loads, text.getvalue().splitlines())
    assert first.pop("at").endswith("Z")
    assert first == {"level": "info", "event": "No. 412 is sent", "issue": 3, "job": "send", "run": 7}
    assert (second["relay"], second["job"], second["run"], second["level"]) == ("main", "send", 7, "warning")


def test_libraries_are_heard_only_when_something_is_wrong(log):
    text = log(as_json=True)

    for name in ("uvicorn.access", "aiohttp.client", "apscheduler.scheduler"):
        logging.getLogger(name).info("GET /u/token-of-a-reader")
    logging.getLogger("apscheduler.scheduler").warning("maximum number of running instances reached (1)")
    logging.getLogger("aiohttp.client").warning("Unclosed connection")

    (line,) = map(json.loads, text.getvalue().splitlines())
    assert (line["logger"], line["event"]) == ("aiohttp.client", "Unclosed connection")


def test_on_a_terminal_a_line_is_a_sentence_with_its_fields_behind_it(log):
    text = log(as_json=False)

    logs.log().info("No. 412 is sent", job="send", issue=3)
    logs.log().warning("no answer", job="collect")

    first, second = text.getvalue().splitlines()
    assert first[19:] == " send: No. 412 is sent  (issue=3)"
    assert second[19:] == " collect: warning: no answer"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_shows_no_variable(log, as_json):
    text = log(as_json=as_json)
    address = "mira" + "@aldovar.example"

    try:
        raise ValueError("bad") from KeyError(len(address))
    except ValueError:
        logging.getLogger("digest.collect").exception("source failed unexpectedly")

    assert "ValueError: bad" in text.getvalue()
    assert address not in text.getvalue()
