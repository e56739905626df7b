"""What it costs to make mails: a variant once, then each reader's message of it.

A message is the variant's skeleton with the personal fields put into its holes. Beside it, in the same rounds and over
the same issue, look and readers, stand the two usual ways: `email.message.EmailMessage` built for each reader from the
finished HTML and text, and the whole of Jinja2 and MJML run for each reader. All three must show the same page.
Times are CPU, the median of the rounds; the personal fields are made beforehand, for all three alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

from invented import NOW, issue

from digest.cli.starting import starter
from digest.model.delivery import Hole, Place, Recipient, Skeleton
from digest.model.issue import Content, Edition
from digest.render import Look, MailSettings, fields_for, message, open_look, render, shown, variants
from digest.settings import load

Fields = dict[str, str]
DESK = "desk@brief.example"
MAIL = MailSettings("The Brief", DESK, DESK, "https://brief.example", "8 Ropewalk, Aldovar", "brief.example", DESK)


class Issue:
    """An issue ready to be mailed: its look open, its one variant rendered."""

    def __init__(self, stories: int, seed: int) -> None:
        settings = load(starter() / "digest.toml", {})
        self.edition: Edition = next(iter(settings.editions.values()))
        self.look: Look = open_look(settings.templates, self.edition.look)
        self.content: Content = issue(stories, seed=seed)
        self.variant = variants(self.content, [((), "")], self.edition)[(), ""]
        self.skeleton: Skeleton = self.rendered()

    def rendered(self) -> Skeleton:
        """Return the variant rendered anew: Jinja2, MJML, text part, encoding."""
        (skeleton,) = render(self.content, self.look, [self.variant], MAIL, edition=self.edition).values()
        return skeleton

    def fields(self, number: int) -> Fields:
        """Return the personal fields of an invented reader."""
        reader = Recipient(number, f"reader{number}@aldovar.example", f"Reader {number}", "weekday", (), "", "en")
        token = f"k1.{number:032d}"
        return fields_for(
            reader, issue=1, due_at=NOW, edition=self.edition, look=self.look, mail=MAIL, tokens=lambda _: token
        )


class Library:
    """The standard library's way: an EmailMessage for each reader, from HTML and text with marks for the fields."""

    def __init__(self, skeleton: Skeleton) -> None:
        names = sorted({part.field for part in skeleton.parts if isinstance(part, Hole)})
        marks = {name: f"@@{name}@@" for name in names}
        self.names = names
        self.html, self.text = shown(skeleton, marks | {"to": "a@aldovar.example", "message_id": "<1.a@b.example>"})
        self.headers = message_from_bytes(
            message(skeleton, marks | {"to": "a@aldovar.example"}), policy=policy.compat32
        ).items()

    def message(self, fields: Fields) -> bytes:
        """Return one reader's message."""
        made = EmailMessage(policy=policy.SMTP)
        for name, value in self.headers:
            if not name.startswith(("Content-", "MIME-", "To", "Message-ID", "Date", "List-Unsubscribe")):
                made[name] = " ".join(value.split())
        made["To"], made["Date"], made["Message-ID"] = fields["to"], fields["date"], fields["message_id"]
        made["List-Unsubscribe"] = f"<{fields['unsubscribe_url']}>, <{fields['unsubscribe_mailto']}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        made.set_content(self.filled(self.text, fields, Place.TEXT), cte="quoted-printable")
        made.add_alternative(self.filled(self.html, fields, Place.HTML), subtype="html", cte="quoted-printable")
        return made.as_bytes()

    def filled(self, text: str, fields: Fields, place: Place) -> str:
        """Return a part with the fields where their marks stood."""
        for name in self.names:
            text = text.replace(f"@@{name}@@", escape(fields[name]) if place is Place.HTML else fields[name])
        return text


def page_of(data: bytes) -> str:
    """Return the HTML that a mail program shows."""
    body = message_from_bytes(data, policy=policy.default).get_body(("html",))
    return str(body.get_content()).replace("\r\n", "\n").rstrip("\n") if body else ""


def cost(work: Callable[[Fields], object], readers: Sequence[Fields]) -> float:
    """Return the seconds of CPU that the work takes for one reader, measured over these."""
    begun = time.process_time()
    for fields in readers:
        work(fields)
    return (time.process_time() - begun) / len(readers)


def measure(stories: int, rounds: int, seed: int) -> dict[str, object]:
    """Return the median microseconds of each way, and how they compare."""
    ready = Issue(stories, seed)
    library = Library(ready.skeleton)
    readers = [ready.fields(number) for number in range(400)]
    ways: dict[str, tuple[Callable[[Fields], bytes | Skeleton], int]] = {
        "variant": (lambda _: ready.rendered(), 3),
        "message": (lambda fields: message(ready.skeleton, fields), 400),
        "library": (library.message, 20),
        "templates": (lambda fields: message(ready.rendered(), fields), 3),
    }
    pages = {page_of(made) for name, (way, _) in ways.items() if isinstance(made := way(readers[0]), bytes)}
    if len(pages) != 1:
        raise SystemExit("the three ways do not show the same page, so comparing them means nothing")
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, count) in ways.items():
            taken[name].append(cost(way, readers[:count]))
    median = {name: statistics.median(times) * 1e6 for name, times in taken.items()}
    return {
        "stories": stories,
        "bytes": len(message(ready.skeleton, readers[0])),
        "rounds": rounds,
        "microseconds": {name: round(value, 1) for name, value in median.items()},
        "times_a_message": {name: round(median[name] / median["message"], 1) for name in ("library", "templates")},
    }


def table(result: dict[str, object], median: dict[str, float], ratio: dict[str, float]) -> str:
    """Return the result as text."""
    told = {
        "variant": "a variant, rendered once",
        "message": "a message: skeleton and fields",
        "library": "the same by EmailMessage",
        "templates": "the same by Jinja2 and MJML",
    }
    head = "{stories} stories, {bytes:,} bytes a message, median of {rounds} rounds, CPU".format(**result)
    rows = [
        f"{told[name]:<32}{value:>11,.1f} us" + (f"{ratio[name]:>10,.0f} x" if name in ratio else "")
        for name, value in median.items()
    ]
    return "\n".join((head, *rows))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--stories", type=int, default=12, help="in the issue (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=15, help="of measuring (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented news (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    result = measure(options.stories, options.rounds, options.seed)
    median, ratio = result["microseconds"], result["times_a_message"]
    assert isinstance(median, dict)
    assert isinstance(ratio, dict)
    print(json.dumps(result) if options.json else table(result, median, ratio))
    return 0


if __name__ == "__main__":
    sys.exit(main())
