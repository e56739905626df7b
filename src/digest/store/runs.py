"""The diary of jobs: what ran when, and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from digest.errors import UnknownError
from digest.store.codec import canonical, restore
from digest.store.engine import Database
from digest.store.schema import run


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a job."""

    id: int
    job: str
    """`collect`, `build`, `send`, …"""
    about: Mapping[str, int | str]
    """What it was about, by name: `edition`, `issue`."""
    started_at: datetime
    ended_at: datetime | None
    """None: it runs, or was cut off."""
    result: str
    """`ok`, `failed`, `cut off`; empty while it runs."""
    text: str


class Runs:
    """Runs, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, job: str, now: datetime, **about: int | str) -> int:
        """Note that a job begins; return the run's id."""
        row = {"job": job, "about": canonical(about, dict[str, int | str]).decode(), "started_at": now}
        with self._database.write() as connection:
            new = insert(run).values(**row, result="", text="").returning(run.c.id)
            return int(connection.execute(new).scalar_one())

    def finish(self, run_id: int, result: str, text: str, now: datetime) -> None:
        """Note how it ended; UnknownError for a run that never began."""
        with self._database.write() as connection:
            done = update(run).where(run.c.id == run_id).values(result=result, text=text, ended_at=now)
            if not connection.execute(done).rowcount:
                raise UnknownError(f"no run {run_id}")

    def cut_off(self, jobs: Collection[str], now: datetime) -> int:
        """Note of runs of these jobs that never ended that they were cut off; return how many.

        Only for whoever knows that nobody is at them any more.
        """
        left = (run.c.ended_at.is_(None), run.c.job.in_(jobs))
        with self._database.write() as connection:
            return connection.execute(update(run).where(*left).values(result="cut off", ended_at=now)).rowcount

    def recent(self, job: str = "", n: int = 20) -> list[Run]:
        """Return the last `n` runs of a job, newest first; of every job where none is named."""
        last = select(run).order_by(run.c.started_at.desc(), run.c.id.desc()).limit(n)
        if job:
            last = last.where(run.c.job == job)
        with self._database.read() as connection:
            rows = connection.execute(last).all()
        return [
            Run(
                id=row.id,
                job=row.job,
                about=restore(row.about.encode(), dict[str, int | str]),
                started_at=row.started_at,
                ended_at=row.ended_at,
                result=row.result,
                text=row.text,
            )
            for row in rows
        ]
