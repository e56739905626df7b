"""Every address of the application: who may use it, and that looking changes nothing."""

from __future__ import annotations

import pytest

from digest.model.editors import Right
from digest.web import create_app, readers
from digest.web.readers.counting import Tally

from .conftest import NOW

STRANGER = "stranger"
ROLES = (STRANGER, *Right)
TABLE = {
    ("GET", "/static/{mark}/{name}"): STRANGER,
    ("GET", "/healthz"): STRANGER,
    ("GET", "/readyz"): STRANGER,
    ("GET", "/sign-in"): STRANGER,
    ("POST", "/sign-in"): STRANGER,
    ("GET", "/sign-in/once/{token}"): STRANGER,
    ("POST", "/sign-in/once/{token}"): STRANGER,
    ("POST", "/sign-out"): Right.VIEWER,
    ("GET", "/"): Right.VIEWER,
    ("GET", "/issues"): Right.VIEWER,
    ("GET", "/sources"): Right.VIEWER,
    ("GET", "/settings"): Right.OPERATOR,
    ("GET", "/issues/{issue:number}"): Right.VIEWER,
    ("GET", "/issues/{issue:number}/preview/{revision:number}.html"): Right.VIEWER,
    ("GET", "/issues/{issue:number}/mail.eml"): Right.VIEWER,
    ("GET", "/issues/{issue:number}/story/{anchor}"): Right.VIEWER,
    ("GET", "/issues/{issue:number}/compare"): Right.VIEWER,
    ("GET", "/issues/{issue:number}/add"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/edit"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/undo"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/redo"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/looked"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/links"): Right.EDITOR,
    ("GET", "/issues/{issue:number}/choose"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/choose"): Right.EDITOR,
    ("GET", "/issues/{issue:number}/test"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/test"): Right.EDITOR,
    ("GET", "/issues/{issue:number}/hold"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/hold"): Right.EDITOR,
    ("POST", "/issues/{issue:number}/release"): Right.EDITOR,
    ("GET", "/issues/{issue:number}/approve"): Right.APPROVER,
    ("POST", "/issues/{issue:number}/approve"): Right.APPROVER,
    ("POST", "/issues/{issue:number}/unapprove"): Right.APPROVER,
    ("POST", "/issues/{issue:number}/pause"): Right.OPERATOR,
    ("POST", "/issues/{issue:number}/resume"): Right.OPERATOR,
    ("GET", "/issues/{issue:number}/stop"): Right.OPERATOR,
    ("POST", "/issues/{issue:number}/stop"): Right.OPERATOR,
    ("GET", "/issues/{issue:number}/skip"): Right.APPROVER,
    ("POST", "/issues/{issue:number}/skip"): Right.APPROVER,
}
"""The least right that opens each address of the desk; a new address without a row fails."""


def of_the_desk(parts):
    """Every address that is not a reader's own: theirs have rights of their own, in their tokens."""
    theirs = {route.path for route in readers.routes(parts, lambda: NOW, Tally(parts, lambda: NOW))}
    routes = [each for each in create_app(parts, clock=lambda: NOW).routes if each.path not in theirs]
    return {(method, route.path) for route in routes for method in route.methods - {"HEAD"}}


def address(path):
    fills = {"{issue:number}": "1", "{revision:number}": "1", "{anchor}": "military-1", "{token}": "x", "{mark}": "x"}
    for name, value in {**fills, "{name}": "desk.css"}.items():
        path = path.replace(name, value)
    return path


def refused(answer):
    return answer.goes_to.startswith("/sign-in") or (answer.status == 403 and "Not with your right" in answer.text)


def test_every_address_of_the_desk_stands_in_the_table(desk):
    assert of_the_desk(desk.parts) == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_each_right_opens_what_it_should_and_nothing_else(desk, role):
    visitor = desk.visitor("" if role == STRANGER else role)
    wrong = []
    for (method, path), least in TABLE.items():
        if path == "/sign-out":
            continue  # it ends the session that the others need
        ask = visitor.get if method == "GET" else visitor.post
        # A form without a revision or a reason changes nothing for those who may send it.
        answer = ask(address(path)) if not path.endswith(("links", "release", "unapprove")) else None
        if answer is None and ROLES.index(role) < ROLES.index(least):
            answer = ask(address(path))
        if answer is not None and refused(answer) is not (ROLES.index(role) < ROLES.index(least)):
            wrong.append((method, path, answer.status))

    assert wrong == []


def test_looking_changes_nothing(own_desk):
    def everything():
        with own_desk.parts.store.database.read() as connection:
            return {
                table: connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall()
                for table in ("issue", "revision", "acknowledged", "editor", "session", "example", "run", "pool")
            }

    visitor = own_desk.visitor("Operator")
    before = everything()

    for method, path in TABLE:
        if method == "GET":
            assert visitor.get(address(path)).status != 500
            assert visitor.ask("HEAD", address(path)).status != 500

    assert everything() == before
