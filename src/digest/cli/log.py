"""`log`: what became of each message, for people, programs and spreadsheets; of a list of any length."""

from __future__ import annotations

import csv
import json as encoder
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.context import IssueArgument, Json, issue_key, parts_of, run_of
from digest.cli.output import table

if TYPE_CHECKING:
    from digest.model.delivery import Delivery, DeliveryState, Recipient

HEAD = ("no.", "address", "state", "tries", "code", "text", "at")
PAGE = 500
"""Rows that are lined up together."""


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(log)


def log(
    ctx: typer.Context,
    issue: IssueArgument,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="Only those: accepted, refused, …; may be repeated."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    json: Json = False,
) -> None:
    """List what became of each message of an issue, with the mail server's reply."""
    states = [state_of(name) for name in state or ()]
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        rows = parts.store.outbox.deliveries(found.id, *states)
        rows = chain(list(islice(rows, 1)), rows)  # what is not kept is told before any heading is printed
        if as_csv:
            print_csv(rows)
        elif run.voice.json:
            print_json(rows)
        else:
            print_table(rows)


def state_of(text: str) -> DeliveryState:
    """Return the state of that name."""
    from digest.model.delivery import DeliveryState

    try:
        return DeliveryState(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no state; there are: {', '.join(DeliveryState)}") from None


def print_csv(rows: Iterable[tuple[Delivery, Recipient]]) -> None:
    """Print the rows as they are read, no cell one that a spreadsheet runs: replies are others' words."""
    from digest.subscribers.csvfile import clean, escaped

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEAD)
    for delivery, recipient in rows:
        *told, _ = cells(delivery, recipient)
        when = delivery.at.isoformat() if delivery.at else ""
        writer.writerow([escaped(clean(cell)) if isinstance(cell, str) else cell for cell in (*told, when)])


def print_json(rows: Iterable[tuple[Delivery, Recipient]]) -> None:
    """Print one JSON list as it is read, a line a message."""
    before = "["
    for pair in rows:
        print(before + encoder.dumps(as_json(*pair), ensure_ascii=False), end="")
        before = ",\n"
    print("[]" if before == "[" else "]")


def print_table(rows: Iterator[tuple[Delivery, Recipient]]) -> None:
    """Print the rows in columns, lined up page by page; the heading once."""
    head: tuple[str, ...] = HEAD
    while page := [cells(*pair) for pair in islice(rows, PAGE)]:
        print(table(page, head))
        head = ()


def cells(delivery: Delivery, recipient: Recipient) -> tuple[object, ...]:
    """Return the row as a table has it."""
    when = f"{delivery.at:%Y-%m-%d %H:%M:%S}" if delivery.at else ""
    code = delivery.code or ""
    return delivery.seq, recipient.email, delivery.state.value, delivery.attempts, code, delivery.text, when


def as_json(delivery: Delivery, recipient: Recipient) -> dict[str, Any]:
    """Return the row as JSON."""
    return {
        "seq": delivery.seq,
        "subscriber": delivery.subscriber,
        "address": recipient.email,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "code": delivery.code,
        "text": delivery.text,
        "at": delivery.at and delivery.at.isoformat(),
        "not_before": delivery.not_before and delivery.not_before.isoformat(),
        "worker": delivery.worker,
        "relay": delivery.relay,
    }
