from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

from digest.errors import Busy, StoreError
from digest.store import open_store
from digest.store.engine import connect
from digest.store.migrate import HEAD, VERSION_TABLE, config, upgrade
from digest.store.schema import metadata

from .conftest import LONG
from .samples import NOW, article, load, row, slot

SOON = timedelta(milliseconds=50)


def test_an_empty_database_gets_every_table_of_the_program(empty_url):
    with open_store(empty_url) as store, store.database.read() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert differences == []


def test_opening_again_keeps_what_is_there(empty_url):
    with open_store(empty_url) as store:
        store.articles.add([article("a")], NOW)

    with open_store(empty_url) as store:
        assert store.articles.count() == 1


def test_the_program_knows_its_last_revision():
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


def test_many_that_open_an_empty_database_at_once_all_find_it_ready(empty_url):
    together = threading.Barrier(4)

    def open_one(_):
        together.wait(60)
        with open_store(empty_url, patience=LONG) as store:
            return store.articles.count()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_one, range(4))) == [0, 0, 0, 0]


def test_a_database_of_a_newer_digest_is_refused_and_left_alone(store, url):
    with store.database.write() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))

    with pytest.raises(StoreError, match=rf"newer digest wrote it \(schema 9999; this one knows {HEAD}\)"):
        open_store(url)


def test_a_database_with_somebody_elses_tables_is_refused_and_left_alone(empty_url):
    with open_store(empty_url) as store, store.database.write() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))

    with pytest.raises(StoreError, match="tables of something else"):
        open_store(empty_url)


def test_a_migration_that_fails_halfway_leaves_nothing(empty_url):
    database = connect(empty_url)

    def power_cut(connection, cursor, statement, *_):
        if "CREATE TABLE worker" in statement:
            raise OSError("the power went")

    event.listen(database.engine, "before_cursor_execute", power_cut)

    with pytest.raises(OSError, match="the power went"):
        upgrade(database)

    with database.read() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()


def test_an_instant_without_a_zone_is_the_callers_mistake(store):
    with pytest.raises(ValueError, match="needs a time zone"):
        store.runs.start("collect", NOW.replace(tzinfo=None))

    assert store.runs.recent() == []


def test_what_a_statement_carried_stands_in_no_error(store, url):
    with store.database.write() as connection:
        connection.execute(text("DROP TABLE consent"))
        connection.execute(text("DROP TABLE suppression"))

    with pytest.raises(StoreError) as caught:
        load(store, row("mira@mail.example"))

    assert "mira" not in str(caught.value)
    assert "mira" not in str(caught.value.__cause__)


# ------------------------------------------------------------------------------------------------------- SQLite


def test_a_new_file_is_for_its_owner_alone_and_its_folders_are_made(folder):
    path = folder / "deep" / "er" / "digest.db"

    with open_store(f"sqlite:///{path}") as store:
        store.articles.add([article("a")], NOW)
        modes = {name.name: stat.S_IMODE(name.stat().st_mode) for name in path.parent.iterdir()}

    assert modes == {"digest.db": 0o600, "digest.db-wal": 0o600, "digest.db-shm": 0o600}


def test_every_connection_is_set_up_to_lose_nothing(folder):
    with open_store(f"sqlite:///{folder}/digest.db") as store:

        def pragmas(_):
            with store.database.read() as connection:
                names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
                together.wait(60)  # so that each thread has a connection of its own
                return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

        together = threading.Barrier(3)
        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(pragmas, range(3))) == [["wal", 2, 1, 10000]] * 3


def test_another_process_at_work_is_busy_and_names_the_file(folder):
    path = folder / "digest.db"
    with open_store(f"sqlite:///{path}", patience=SOON) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(Busy, match=rf"{path}: another process works on it"):
            store.articles.add([article("a")], NOW)
        assert store.articles.count() == 0

        other.execute("ROLLBACK")
        other.close()
        assert store.articles.add([article("a")], NOW)


def test_a_store_that_is_ready_opens_while_another_process_writes(folder):
    url = f"sqlite:///{folder}/digest.db"
    open_store(url).close()
    other = sqlite3.connect(folder / "digest.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with open_store(url, patience=SOON) as store:
        assert store.articles.count() == 0

    other.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(folder):
    path = folder / "digest.db"
    path.write_text("email,name\nmira@mail.example,Mira\n" * 200)
    before = path.read_bytes()

    with pytest.raises(StoreError, match=f"{path}: the file is no database of digest"):
        open_store(f"sqlite:///{path}")

    assert path.read_bytes() == before


def test_a_folder_in_place_of_the_file_is_named(folder):
    with pytest.raises(StoreError, match=f"{folder}: not a file"):
        open_store(f"sqlite:///{folder}")


def test_a_file_where_a_folder_should_be_is_named(folder):
    (folder / "data").write_text("")

    with pytest.raises(StoreError, match="cannot be made"):
        open_store(f"sqlite:///{folder}/data/digest.db")


@pytest.mark.parametrize(
    ("setting", "said"),
    [("PRAGMA max_page_count = 1", "the disk is full"), ("PRAGMA query_only = ON", "it cannot be written")],
)
def test_a_disk_that_takes_no_more_is_named_and_nothing_is_half_kept(folder, setting, said):
    path = folder / "digest.db"
    many = [article(f"n{i}", text="Ferren " * 5000 + str(i) * 3000) for i in range(40)]
    with open_store(f"sqlite:///{path}") as store:
        store.database.close()  # the next connections are set up anew
        event.listen(store.database.engine, "connect", lambda connection, _: connection.execute(setting))

        with pytest.raises(StoreError, match=f"{path}: {said}"):
            store.articles.add(many, NOW)

        assert store.articles.count() == 0


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "mysql://digest@localhost/digest", "digest.db"],
)
def test_a_database_of_no_use_is_refused_by_its_url(url):
    with pytest.raises(StoreError, match=r"sqlite:///"):
        open_store(url)


RACE = """
import sys
from datetime import timedelta
from digest.store import open_store
from {package}.samples import EXPIRES, NOW, slot
with open_store(sys.argv[1], patience=timedelta(seconds=60)) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    print(*(day for day in range(1, 29) if store.issues.claim_slot(slot(day), EXPIRES, NOW)[1]))
"""


def test_of_two_processes_that_claim_a_slot_one_builds_the_issue(url, store):
    code = RACE.format(package=__package__)
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    command = [sys.executable, "-c", code, url]
    racers = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
        )
        for _ in range(2)
    ]

    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [[int(day) for day in racer.communicate()[0].split()] for racer in racers]

    assert [racer.returncode for racer in racers] == [0, 0]
    assert sorted(won[0] + won[1]) == list(range(1, 29))
    assert sorted(issue.number for issue in store.issues.all(limit=50)) == list(range(1, 29))


# --------------------------------------------------------------------------------------------------- PostgreSQL


@pytest.mark.postgres
def test_a_lock_held_too_long_is_busy_on_postgresql_too(cluster, migrated_database):
    name = cluster.create(migrated_database)
    with open_store(cluster.url(name), patience=SOON) as store, open_store(cluster.url(name)) as other:
        issue, _ = other.issues.claim_slot(slot(), NOW, NOW)
        with other.database.write() as connection:
            connection.execute(text("SELECT * FROM issue FOR UPDATE"))

            with pytest.raises(Busy, match="another process works on it"):
                store.outbox.finish(issue.id, now=NOW)
    cluster.drop(name)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://digest:geheim@/nowhere?host={folder}", 'database "nowhere" does not exist'),
        ("postgresql://digest:geheim@127.0.0.1:1/digest", "no connection: "),
    ],
)
def test_a_server_that_lets_nobody_in_is_named_without_its_password(cluster, url, said):
    with pytest.raises(StoreError, match=said) as caught:
        open_store(url.format(folder=cluster.folder))

    assert "geheim" not in str(caught.value)


@pytest.mark.postgres
def test_deliveries_change_in_place_on_postgresql(cluster, migrated_database):
    name = cluster.create(migrated_database)
    with open_store(cluster.url(name)) as store, store.database.read() as connection:
        indexed = {column for index in inspect(connection).get_indexes("delivery") for column in index["column_names"]}
    cluster.drop(name)

    assert indexed == {"issue", "subscriber"}


@pytest.mark.postgres
def test_what_is_committed_on_postgresql_is_on_disk_whatever_the_servers_default(cluster):
    with open_store(cluster.url(cluster.create())) as store, store.database.read() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
