"""What a move costs an editor who waits for it, against composing the issue anew.

An issue of invented articles in SQLite, on the disk that the temporary folder lies on. Both sides end with a new
revision that is committed. Medians of several rounds, of the processor's time and of the clock, which other programs
on the machine make longer; each move is followed by its undoing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from invented import NOW, articles

from digest.cli.starting import starter
from digest.edit import BringIn, Down, EditorsMove, HoldBack, Lead, Merge, Ref, Reword, Subject, ToSection, at
from digest.model.issue import Content
from digest.parts import Parts, open_parts
from digest.pipeline import bring_in, build, edit, offered, rebuild, undo
from digest.settings import load

T = TypeVar("T")


@contextmanager
def desk(count: int, seed: int) -> Iterator[tuple[Parts, int]]:
    """Give a working folder, and the id of its issue of so many articles, in review."""
    with tempfile.TemporaryDirectory(prefix="digest-edit-") as folder:
        path = Path(folder) / "digest.toml"
        path.write_text((starter() / "digest.toml").read_text())
        (Path(folder) / "templates").symlink_to(starter() / "templates")
        with open_parts(load(path, {})) as parts:
            parts.store.articles.add(articles(count, seed=seed), NOW)
            edition = next(iter(parts.settings.editions))
            yield parts, build(parts, edition, now=NOW).issue.id


class Watch:
    """Milliseconds by what was done."""

    def __init__(self) -> None:
        self.times: dict[str, list[tuple[float, float]]] = {}

    def time(self, name: str, work: Callable[[], T]) -> T:
        """Do the work and note how long it took."""
        cpu, clock = time.process_time(), time.perf_counter()
        result = work()
        spent = 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - clock)
        self.times.setdefault(name, []).append(spent)
        return result

    @property
    def medians(self) -> dict[str, tuple[float, float]]:
        """The median of each: the processor's, the clock's."""
        return {
            name: (round(statistics.median(cpu), 1), round(statistics.median(clock), 1))
            for name, (cpu, clock) in ((name, zip(*times, strict=True)) for name, times in self.times.items())
        }


def of(content: Content, section: int, place: int) -> Ref:
    """Return how a move names a story."""
    ref = at(content, content.sections[section].items[place].anchor)
    assert ref is not None, "the story is there"
    return ref


def moves(content: Content, brought: BringIn) -> dict[str, EditorsMove | Down]:
    """Return a move of each sort that editors make most, on the issue as it stands."""
    second = content.sections[1].id
    return {
        "down": Down(of(content, 0, 0)),
        "lead": Lead(of(content, 0, -1)),
        "to a section": ToSection(of(content, 0, -1), second),
        "hold back": HoldBack(of(content, 1, 0)),
        "bring in": brought,
        "merge": Merge(of(content, 0, 0), of(content, 0, 1)),
        "headline": Reword(of(content, 0, 0), headline="What stands over it now"),
        "subject": Subject("What the inbox shows"),
    }


def measure(count: int, seed: int, rounds: int) -> dict[str, object]:
    """Return the medians of moves, of looking for what could be brought in, and of composing anew."""
    watch = Watch()
    with desk(count, seed) as (parts, issue_id):
        issue = parts.store.issues.find(issue_id)
        assert issue.content is not None, "it was just built"
        known = moves(issue.content, bring_in(offered(parts, issue, now=NOW)[0].key, issue.content.sections[1].id))
        for _ in range(rounds):
            for name, move in known.items():
                seen = issue.revision
                issue = watch.time(
                    name, lambda m=move, r=seen: edit(parts, issue_id, m, by="ada", now=NOW, revision=r)
                ).issue
                seen = issue.revision
                issue = watch.time("undo", lambda r=seen: undo(parts, issue_id, by="ada", now=NOW, revision=r)).issue
            watch.time("offers", lambda i=issue: offered(parts, i, now=NOW))
            watch.time("search", lambda i=issue: offered(parts, i, now=NOW, query="envoys nowhere"))
        for _ in range(2):
            watch.time("compose anew", lambda: rebuild(parts, issue_id, now=NOW))
        stories = issue.content.stories if issue.content else 0
    return {"articles": count, "stories": stories, "milliseconds": watch.medians}


def shown(result: dict[str, object], medians: dict[str, tuple[float, float]]) -> str:
    """Return the result as a table."""
    anew, _ = medians["compose anew"]
    rows = [
        f"{name:<14}{cpu:>10.1f} ms CPU{clock:>10.1f} ms{anew / cpu:>8.0f}x" for name, (cpu, clock) in medians.items()
    ]
    return "\n".join(["{articles:,} articles, {stories} stories".format(**result), *rows])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=500, help="how many (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="of every move (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented news (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    result = measure(options.articles, options.seed, options.rounds)
    medians = result["milliseconds"]
    assert isinstance(medians, dict), "measure() makes it"
    print(json.dumps(result) if options.json else shown(result, medians))
    return 0


if __name__ == "__main__":
    sys.exit(main())
