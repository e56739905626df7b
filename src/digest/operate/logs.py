"""One line an event: JSON where a program reads, words where a person does; other libraries' lines go the same way."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final, TextIO

import structlog

OURS: Final = "digest"
"""The logger above all of ours."""
_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "_record", "_from_structlog"}
"""What a record of the standard library has by itself; whatever else it has was given as a field."""


def begin(stream: TextIO, *, as_json: bool, level: int = logging.INFO) -> None:
    """Let all that is logged in this process go to `stream`, a line each, from now on.

    Our own modules are heard from `level` on; libraries from WARNING on, because what they tell at INFO may name
    addresses (aiosmtpd) or paths with tokens (uvicorn); the clock of the jobs from ERROR on, because that a long send
    still runs when its time comes again is as it should be. Whoever called this before is replaced.
    """
    shared = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _named,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    # The traceback as Python writes it: the pretty ones show local variables, among them addresses and passwords.
    last = (
        _whole,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str) if as_json else _spoken,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(allow=None)],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger(OURS).setLevel(level)


def log(name: str = OURS) -> structlog.stdlib.BoundLogger:
    """Return a logger; what is bound with `structlog.contextvars` (job, run, issue) stands in each of its lines."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found


def _named(logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Say of a library's line whose it is; of ours the event says enough."""
    record = event.get("_record")
    name = record.name if isinstance(record, logging.LogRecord) else getattr(logger, "name", "")
    if name and not name.startswith(OURS):
        event["logger"] = name
    return event


def _whole(_logger: object, _method: str, event: structlog.typing.EventDict) -> Mapping[str, object]:
    """Keep a line one line, whatever stands in its texts, and put what matters first."""
    first = {key: event.pop(key) for key in ("at", "level", "event") if key in event}
    return {key: _one_line(value) for key, value in {**first, **dict(sorted(event.items()))}.items()}


def _spoken(_logger: object, _method: str, event: structlog.typing.EventDict) -> str:
    """Return a line for a person: the second, the job, the sentence, and the fields behind it."""
    at, level, said = (str(event.pop(key, "")) for key in ("at", "level", "event"))
    job, raised = event.pop("job", ""), event.pop("exception", "")
    loud = f"{level}: " if level not in ("info", "debug") else ""
    fields = " ".join(f"{key}={value}" for key, value in event.items())
    line = f"{at[:19].replace('T', ' ')} {f'{job}: ' if job else ''}{loud}{said}{f'  ({fields})' if fields else ''}"
    return f"{line}\n{raised}" if raised else line


def _one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value
