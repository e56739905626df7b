"""What the desk costs an editor who waits for it: a page, a move, the mail that follows it; the checks beside them.

An issue of invented articles in SQLite, asked of the application itself, without a socket. A move is the whole form
from its arrival to the page it sends on to; "key to mail" is that page and the mail in its frame after it. Medians of
several rounds, of the processor's time and of the clock, which other programs on the machine make longer.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from invented import NOW
from starlette.applications import Starlette

from digest.model.editors import Right
from digest.parts import Parts
from digest.web import create_app
from edit import Watch, desk

SECRET = "benchmark"
COOKIE = f"digest_session={SECRET}"


class Visitor:
    """Asks the application as its server would."""

    def __init__(self, app: Starlette) -> None:
        self._app, self._loop = app, asyncio.new_event_loop()

    def ask(
        self, method: str, address: str, form: dict[str, object] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        return self._loop.run_until_complete(self._ask(method, address, urlencode(form or {}).encode()))

    async def _ask(self, method: str, address: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path, _, query = address.partition("?")
        headers = {
            "host": "localhost",
            "cookie": COOKIE,
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
        }
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        got: list[Any] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            got.append(message)

        await self._app(scope, receive, send)
        answered = {name.decode(): value.decode() for name, value in got[0]["headers"]}
        return got[0]["status"], answered, b"".join(part.get("body", b"") for part in got[1:])


def measure(count: int, seed: int, rounds: int) -> dict[str, object]:
    """Return the medians of what an editor does, over so many articles."""
    watch = Watch()
    with desk(count, seed) as (parts, issue_id):
        visitor = admitted(parts)
        page = f"/issues/{issue_id}"
        visitor.ask("GET", page)  # templates are read, and the encodings of look and labels known
        for _ in range(rounds):
            issue = parts.store.issues.find(issue_id)
            assert issue.content is not None, "it was just built"
            story = issue.content.sections[0].items[-1].anchor
            form = {"revision": issue.revision, "do": "up", "story": story}
            status, headers, _ = watch.time("move", lambda f=form: visitor.ask("POST", f"{page}/edit", f))
            assert status == 303, "the move is made"
            after = headers["location"].partition("#")[0]
            watch.time("page after it", lambda a=after: visitor.ask("GET", a))
            frame = f"{page}/preview/{issue.revision + 1}.html?shade=light&part=html"
            status, _, mail = watch.time("mail in its frame", lambda f=frame: visitor.ask("GET", f))
            assert (status, b"</html>" in mail) == (200, True), "the mail is shown"
            watch.time("page again", lambda: visitor.ask("GET", page))
            watch.time("checks", lambda: visitor.ask("GET", f"{page}?checks=1"))
            watch.time("page with checks", lambda: visitor.ask("GET", f"{page}?checks=1"))
            watch.time("undo", lambda r=issue.revision + 1: visitor.ask("POST", f"{page}/undo", {"revision": r}))
    for each in range(rounds):
        parted = [watch.times[name][each] for name in ("move", "page after it", "mail in its frame")]
        watch.times.setdefault("key to mail", []).append((sum(c for c, _ in parted), sum(w for _, w in parted)))
    return {"articles": count, "milliseconds": watch.medians}


def admitted(parts: Parts) -> Visitor:
    """Return a visitor who has signed in."""
    parts.store.editors.add("Ada", Right.OPERATOR, "", NOW)
    parts.store.editors.begin(hashlib.sha256(SECRET.encode()).hexdigest(), "Ada", NOW, NOW + timedelta(days=1))
    return Visitor(create_app(parts, clock=lambda: NOW))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=500, help="how many (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=9, help="of everything (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented news (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    result = measure(options.articles, options.seed, options.rounds)
    medians = result["milliseconds"]
    assert isinstance(medians, dict), "measure() makes it"
    rows = [f"{name:<18}{cpu:>8.1f} ms CPU{clock:>10.1f} ms" for name, (cpu, clock) in medians.items()]
    print(json.dumps(result) if options.json else "\n".join([f"{options.articles:,} articles", *rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
