"""How fast an issue leaves, over the whole way: store on disk, claims, fields, tokens, SMTP.

A sink listens on `--port` of this machine and throws away what it takes; any will do that speaks SMTP. An invented
issue of about `--size` bytes goes to `--n` invented readers: frozen and claimed in SQLite (synchronous=FULL), each
message with its own Message-ID and signed links, each outcome recorded. In the same rounds and into the same sink go
as many messages of that size by postfix's own `smtp-source -s 8`, and a few by smtplib with an EmailMessage a reader.
Every side runs in a process of its own; CPU is that process's, user and system.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from invented import NOW, issue

from digest import pipeline
from digest.cli import loop
from digest.cli.starting import starter
from digest.lifecycle import Move
from digest.model.issue import Content, Edition, Inputs, Slot
from digest.parts import Parts, open_parts
from digest.pipeline.press import press
from digest.pipeline.send import freeze
from digest.render import open_look, render, titled, variants
from digest.settings import load

Figures = dict[str, float]
FEW = 40
"""How many messages smtplib sends for each thousand of the others: it is that much slower."""
RELAY = (
    '\n[[relay]]\nname = "sink"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = {connections}\n'
)
HEAD = "email,name,sections,frequency,time,timezone,language,joined\n"


# ------------------------------------------------------------------------------------------------ digest


def prepared(folder: Path, options: argparse.Namespace) -> None:
    """Lay out a working folder with an approved issue and its readers."""
    shutil.copytree(starter(), folder, dirs_exist_ok=True)
    settings = folder / "digest.toml"
    told = settings.read_text().replace("[digest]\n", '[digest]\npublic_url = "https://brief.example"\n', 1)
    settings.write_text(told)
    with settings.open("a") as file:
        file.write(RELAY.format(port=options.port, connections=options.connections))
    with (folder / "subscribers" / "weekday.csv").open("w") as file:
        file.write(HEAD)
        file.writelines(f"reader{n}@aldovar.example,Reader {n},*,weekdays,,,en,2026-03-02\n" for n in range(options.n))
    with opened(folder) as parts:
        edition = parts.settings.edition("weekday")
        pipeline.sync(parts, now=NOW)
        slot = Slot(edition.id, NOW.date(), "07:00", NOW - timedelta(hours=1), NOW)
        made, _ = parts.store.issues.claim_slot(slot, NOW + timedelta(hours=18), NOW)
        content, inputs = of_size(parts, edition, options.size), Inputs(edition, (), parts.settings.sources, ())
        parts.store.issues.write(made.id, content, inputs, (), {}, NOW, move=Move.SUBMIT)
        pipeline.approve(parts, made.id, by="benchmark", now=NOW)


def of_size(parts: Parts, edition: Edition, size: int) -> Content:
    """Return an issue whose mail has about so many bytes."""
    look, mail = open_look(parts.settings.templates, edition.look), parts.mail(edition)

    def weighed(stories: int) -> tuple[int, Content]:
        content = titled(issue(stories), look, edition)
        (made,) = render(content, look, variants(content, [((), "")], edition).values(), mail, edition=edition).values()
        return sum(len(part) for part in made.parts if isinstance(part, bytes)), content

    few, many = weighed(3)[0], weighed(12)[0]
    return weighed(max(1, round(3 + (size - few) * 9 / (many - few))))[1]


@contextmanager
def opened(folder: Path) -> Iterator[Parts]:
    with open_parts(load(folder / "digest.toml", {})) as parts:
        gc.freeze()  # as the command does
        yield parts


def by_digest(folder: Path, options: argparse.Namespace) -> Figures:
    """Freeze and send the issue as `digest send` does; return the figures of the sending."""
    with opened(folder) as parts:
        (found,) = parts.store.issues.all()
        begun = time.perf_counter()
        freeze(parts, found, now=NOW, scheduled=False)
        frozen, before = time.perf_counter(), os.times()
        sent = loop.run(pipeline.send(parts, found.id, clock=lambda: NOW))
        ended, after = time.perf_counter(), os.times()
        machine = press(parts, sent.issue)
        recipient = next(iter(parts.store.outbox.deliveries(found.id)))[1]
        size = len(machine.mail(recipient, machine.variant_for(recipient)).data)
    return {
        "messages": sent.counts["accepted"],
        "bytes": size,
        "freeze": frozen - begun,
        "seconds": ended - frozen,
        "cpu": after.user + after.system - before.user - before.system,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


# ------------------------------------------------------------------------------------------------- peers


def by_smtp_source(options: argparse.Namespace, size: int) -> Figures:
    """Send as many by postfix's own load generator, a connection a message on eight at once, as it does by itself."""
    command = [options.smtp_source, "-s", "8", "-l", str(size), "-m", str(options.n)]
    command += ["-f", "bounce@brief.example", "-t", "reader@aldovar.example", f"127.0.0.1:{options.port}"]
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"messages": options.n, "seconds": time.perf_counter() - begun, "cpu": cpu}


def by_smtplib(options: argparse.Namespace, size: int) -> Figures:
    """Send some by smtplib, over one connection, an EmailMessage built for each reader."""
    count = max(20, options.n * FEW // 1000)
    paragraph = "<p>Nobody in Aldovar could say when the ferry would sail again, and the café on the quay closed.</p>\n"
    html = paragraph * (size * 3 // 4 // len(paragraph))
    begun, before = time.perf_counter(), os.times()
    with smtplib.SMTP("127.0.0.1", options.port) as server:
        for n in range(count):
            made = EmailMessage(policy=SMTP)
            made["From"], made["To"], made["Subject"] = "brief@brief.example", f"reader{n}@aldovar.example", "No. 412"
            made["Message-ID"] = f"<412.{n}@brief.example>"
            made.set_content(f"https://brief.example/u/{n:032}\n" * (size // 4 // 60))
            made.add_alternative(html + f'<a href="https://brief.example/u/{n:032}">Leave</a>', subtype="html")
            server.send_message(made, f"bounce-1-{n}@brief.example", f"reader{n}@aldovar.example")
    after = os.times()
    cpu = after.user + after.system - before.user - before.system
    return {"messages": count, "seconds": time.perf_counter() - begun, "cpu": cpu}


# ------------------------------------------------------------------------------------------------ rounds


def alone(options: argparse.Namespace, part: str, folder: Path) -> Figures:
    """Run a part of this program in a process of its own; return what it measured."""
    command = [sys.executable, __file__, *sys.argv[1:], "--part", part, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def measured(options: argparse.Namespace) -> dict[str, Figures]:
    """Return the figures of each side, the best of the rounds by its rate."""
    best: dict[str, Figures] = {}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(dir=options.dir) as name:
            folder = Path(name)
            alone(options, "prepare", folder)
            found = {"digest": alone(options, "digest", folder)}
        options.bytes = int(found["digest"]["bytes"])
        if options.smtp_source:
            found["smtp-source"] = by_smtp_source(options, options.bytes)
        if not options.no_smtplib:
            found["smtplib"] = by_smtplib(options, options.bytes)
        for side, figures in found.items():
            rated(figures)
            if side not in best or figures["rate"] > best[side]["rate"]:
                best[side] = figures
    return best


def rated(figures: Figures) -> None:
    """Add messages a second and microseconds of CPU a message."""
    figures["rate"] = figures["messages"] / figures["seconds"]
    figures["cpu_us"] = figures["cpu"] / figures["messages"] * 1e6


def shown(best: dict[str, Figures]) -> str:
    """Return the figures as a table."""
    ours = best["digest"]
    head = (
        f"{ours['messages']:,.0f} messages of {ours['bytes']:,.0f} bytes; frozen in {ours['freeze']:.2f} s, "
        f"peak memory {ours['peak_mib']:.0f} MiB"
    )
    rows = [f"{'':<12}{'messages/s':>12}{'CPU us each':>13}{'digest: rate':>15}{'CPU':>8}"]
    for side, figures in best.items():
        rate, cpu = ours["rate"] / figures["rate"], ours["cpu_us"] / figures["cpu_us"]
        rows.append(f"{side:<12}{figures['rate']:>12,.0f}{figures['cpu_us']:>13,.0f}{rate:>13.2f} x{cpu:>6.2f} x")
    return "\n".join((head, *rows))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, help="of 127.0.0.1, where a sink listens")
    parser.add_argument("--n", type=int, default=20_000, help="readers (default: %(default)s)")
    parser.add_argument("--size", type=int, default=40_000, help="bytes of a mail, about (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=4, help="of digest (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=1, help="the best counts (default: %(default)s)")
    parser.add_argument("--dir", help="folder of the database's disk (default: the system's for temporary files)")
    parser.add_argument("--smtp-source", default=shutil.which("smtp-source"), help="the program (default: %(default)s)")
    parser.add_argument("--no-smtplib", action="store_true", help="leave smtplib out")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--part", choices=("prepare", "digest"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.port is None:
        print("send.py needs --port: where a sink listens on 127.0.0.1; nothing was measured")
        return 0
    if options.part == "prepare":
        prepared(options.folder, options)
        print("{}")
    elif options.part == "digest":
        print(json.dumps(by_digest(options.folder, options)))
    else:
        best = measured(options)
        print(json.dumps(best) if options.json else shown(best))
    return 0


if __name__ == "__main__":
    sys.exit(main())
