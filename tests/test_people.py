"""Whoever asked not to be mailed is not mailed, whatever becomes of keys and files."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from threading import Event, Thread

import pytest

from digest import pipeline, schedule
from digest.errors import Busy, ListError, SettingsError, SuppressionError
from digest.parts import Parts, open_parts
from digest.pipeline.people import alone
from digest.settings import load
from digest.subscribers import Keyring
from tests.fakes import NOON
from tests.settings.conftest import BASE
from tests.store.samples import approved, slot

MIRA, JOON = "mira@mail.example", "joon@mail.example"


@pytest.fixture
def desk(tmp_path):
    """A working folder with two readers, of whom Mira asked not to be mailed."""
    (tmp_path / "subscribers").mkdir()
    (tmp_path / "digest.toml").write_text(BASE)
    (tmp_path / "subscribers/weekday.csv").write_text(f"email\n{MIRA}\n{JOON}\n")
    (tmp_path / "subscribers/suppressed.csv").write_text(f"email,reason,since\n{MIRA},asked,2026-03-02\n")
    return tmp_path


@pytest.fixture
def parts(desk):
    with open_parts(load(desk / "digest.toml", {})) as opened:
        yield opened


def restarted(parts) -> Parts:
    """The same as another process sees it."""
    return Parts(parts.settings, parts.store)


def mailed(parts):
    """Who would get an issue now."""
    return [recipient.email for recipient in parts.store.subscribers.audience(["weekday"])]


def test_an_address_on_file_is_hashed_and_stays_barred(desk, parts):
    first = pipeline.sync(parts, now=NOON)
    again = pipeline.sync(restarted(parts), now=NOON)

    assert mailed(parts) == [JOON]
    assert first.report.kept_out == again.report.kept_out == {"weekday": 1}
    assert MIRA not in (desk / "subscribers/suppressed.csv").read_text()
    assert f",{parts.keyring.hashing.mark},asked,2026-03-02" in (desk / "subscribers/suppressed.csv").read_text()


def test_a_new_key_for_links_undoes_no_suppression(parts):
    pipeline.sync(parts, now=NOON)

    parts.keyring.rotate()
    pipeline.sync(restarted(parts), now=NOON)

    assert mailed(parts) == [JOON]


def test_with_the_keys_lost_nothing_is_loaded_and_no_key_is_made(desk, parts):
    pipeline.sync(parts, now=NOON)
    shutil.rmtree(desk / "var/keys")

    with pytest.raises(SuppressionError, match=r"suppressed\.csv, row 2: .* holds no key"):
        pipeline.sync(restarted(parts), now=NOON)

    assert mailed(parts) == [JOON]
    assert not (desk / "var/keys").exists()


def test_with_the_keys_and_the_file_lost_the_database_still_knows(desk, parts):
    pipeline.sync(parts, now=NOON)
    shutil.rmtree(desk / "var/keys")
    (desk / "subscribers/suppressed.csv").unlink()

    with pytest.raises(SuppressionError, match="holds no key"):
        pipeline.sync(restarted(parts), now=NOON)

    assert mailed(parts) == [JOON]
    assert not (desk / "var/keys").exists()


@pytest.mark.parametrize("kept", ["subscribers/suppressed.csv", "var/digest.db"])
def test_another_key_in_the_firsts_place_is_seen(desk, parts, kept):
    pipeline.sync(parts, now=NOON)
    mark = parts.keyring.hashing.mark
    shutil.rmtree(desk / "var/keys")
    other = Keyring(desk / "var/keys").hashing.mark
    if kept == "var/digest.db":
        (desk / "subscribers/suppressed.csv").unlink()

    with pytest.raises(SuppressionError) as refused:
        pipeline.sync(restarted(parts), now=NOON)

    assert mailed(parts) == [JOON]
    assert mark in str(refused.value)
    assert other in str(refused.value)


def test_with_the_first_key_gone_and_a_later_one_there_nothing_is_loaded(desk, parts):
    (desk / "subscribers/suppressed.csv").unlink()
    parts.keyring.rotate()
    (desk / "var/keys/k1.key").unlink()

    with pytest.raises(SettingsError, match=r"k1\.key: it is gone"):
        pipeline.sync(restarted(parts), now=NOON)

    assert mailed(parts) == []


def test_the_keys_put_back_everything_goes_on(desk, parts):
    pipeline.sync(parts, now=NOON)
    (desk / "var/keys").rename(desk / "backup")
    with pytest.raises(ListError):
        pipeline.sync(restarted(parts), now=NOON)

    (desk / "backup").rename(desk / "var/keys")
    synced = pipeline.sync(restarted(parts), now=NOON)

    assert synced.report.kept_out == {"weekday": 1}
    assert mailed(parts) == [JOON]


def test_whoever_waits_too_long_for_the_lists_files_is_told_so(parts):
    with (
        alone(parts),
        pytest.raises(Busy, match=r"subscribers\.lock: another process has had the lists' files"),
        alone(parts, patience=timedelta(milliseconds=30)),
    ):
        pytest.fail("two have the files at once")

    pipeline.sync(parts, now=NOON)

    assert mailed(parts) == [JOON]


def test_the_daemon_goes_on_while_a_sending_waits_for_the_lists_files(parts):
    issue = approved(parts.store, at=slot())
    told, held, enough = [], Event(), Event()

    def hold() -> None:
        with alone(parts):
            held.set()
            enough.wait(20)
            told.append("free")

    async def sending() -> None:
        watch = schedule.Watch(parts, lambda: issue.send_at, asyncio.Event())
        told.extend([event.job async for event in schedule.dispatch(watch)])

    async def beating() -> None:
        begun = asyncio.create_task(sending())
        for _ in range(3):
            await asyncio.sleep(0.01)  # were the loop kept waiting, it would come back only once the files are free
            told.append("beat")
        enough.set()
        await begun

    holder = Thread(target=hold)
    holder.start()
    assert held.wait(60)
    asyncio.run(asyncio.wait_for(beating(), 120))
    holder.join()

    assert told == ["beat", "beat", "beat", "free", "send"]


def test_a_change_of_the_lists_is_told_until_it_was_taken_over_and_other_settings_are_one(desk, parts):
    changes = pipeline.Changes()
    first, again = changes.any(parts), changes.any(parts)
    changes.take()
    quiet = changes.any(parts)
    (desk / "digest.toml").write_text(BASE.replace("The Aldovar Brief", "The Aldovar Letter"))

    with open_parts(load(desk / "digest.toml", {})) as other:
        assert (first, again, quiet, changes.any(other)) == (True, True, False, True)


def test_the_lists_job_tries_again_what_it_could_not_take_over(parts):
    watch = schedule.Watch(parts, lambda: NOON, asyncio.Event())
    lock = parts.settings.data / "subscribers.lock"
    lock.mkdir(parents=True)

    async def turn():
        return [event async for event in schedule.read_lists(watch)]

    with pytest.raises(IsADirectoryError):
        asyncio.run(turn())
    lock.rmdir()
    asyncio.run(turn())

    assert mailed(parts) == [JOON]
