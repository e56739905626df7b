"""All that is logged while something is done, whoever logs it."""

from __future__ import annotations

import logging
from contextlib import contextmanager


class Heard(logging.Handler):
    """Keeps all that is logged, each record with its fields."""

    def __init__(self):
        super().__init__(logging.NOTSET)
        self.lines = []

    def emit(self, record):
        fields = {name: value for name, value in record.__dict__.items() if name not in ("args", "msg")}
        self.lines.append(f"{record.getMessage()} {fields} {record.exc_info}")


@contextmanager
def listening():
    heard, root = Heard(), logging.getLogger()
    before = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(heard)
        root.setLevel(before)
