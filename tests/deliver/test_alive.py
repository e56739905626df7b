"""Which senders live, and what becomes of the rows of those that do not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from digest.deliver.alive import enlisted, enlisted_aside
from digest.deliver.journals import disk_of, host_id, journals
from digest.deliver.recover import Folder, recover_dead
from digest.errors import SettingsError, StoreError
from digest.model.delivery import DeliveryState as S
from tests.fakes import NOON, MemoryOutbox, reader

HOLDER = """
import os, sys
from pathlib import Path
from digest.deliver.journal import Journal
journal = Journal(Path(sys.argv[1]), "other", sys.argv[2])
print("locked", flush=True)
for line in sys.stdin:
    if line == "peep\\n":
        os.close(os.open(sys.argv[1], os.O_RDONLY))
    else:
        journal.write(line.strip())
    print("done", flush=True)
"""


@pytest.fixture
def outbox():
    return MemoryOutbox([reader(n) for n in range(1, 6)])


@pytest.fixture
def host(tmp_path):
    """The name of the test's own folder."""
    return host_id(journals(tmp_path))


@pytest.fixture
def other(outbox, tmp_path, host):
    """Another worker of this folder, a process of its own that holds two rows."""
    with holder(outbox, tmp_path, host) as process:
        yield process


def tell(process, line):
    """Let the other worker write a line into its journal."""
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


def states(outbox):
    return [delivery.state for delivery, _ in outbox.deliveries(1)]


@contextmanager
def holder(outbox, tmp_path, host, boot="b"):
    path = journals(tmp_path) / "other"
    command = [sys.executable, "-c", HOLDER, str(path), boot]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"
        outbox.enlist("other", host=host, boot="b", now=NOON)
        outbox.claim(1, "other", limit=2, now=NOON)
        try:
            yield process
        finally:
            process.kill()


def names(tmp_path):
    """What lies among the journals besides the folder's name."""
    return sorted(path.name for path in (tmp_path / "journal").iterdir() if path.name != "host")


def enter(outbox, tmp_path):
    return enlisted(outbox, tmp_path, now=lambda: NOON, boot="b")


def test_a_worker_holds_a_locked_file_before_it_is_enlisted(outbox, tmp_path):
    seen = {}
    enlist = outbox.enlist

    def watched(worker, **options):
        its = options["host"]
        folder = Folder(tmp_path / "journal", its, "b")
        seen[worker] = recover_dead(an_outbox_of(worker, its), folder, me="", now=NOON)
        enlist(worker, **options)

    outbox.enlist = watched
    with enter(outbox, tmp_path) as worker:
        path = tmp_path / "journal" / worker.id
        modes = (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777)

    assert seen == {worker.id: []}
    assert modes == (0o600, 0o700)


def an_outbox_of(worker, host):
    outbox = MemoryOutbox()
    outbox.enlist(worker, host=host, boot="b", now=NOON)
    return outbox


def test_every_start_is_another_worker_and_leaves_nothing_behind(outbox, tmp_path):
    with enter(outbox, tmp_path) as first, enter(outbox, tmp_path) as second:
        both = outbox.workers()

    assert list(both) == [first.id, second.id]
    assert len(set(both.values())) == 1
    assert outbox.workers() == {}
    assert names(tmp_path) == []


def test_a_worker_that_lives_is_left_alone(outbox, tmp_path, other):
    with enter(outbox, tmp_path):
        assert "other" in outbox.workers()

    assert outbox.counts(1)["claimed"] == 2


def test_a_worker_that_is_only_stopped_lives(outbox, tmp_path, other):
    os.kill(other.pid, signal.SIGSTOP)

    with enter(outbox, tmp_path):
        alive = "other" in outbox.workers()
    os.kill(other.pid, signal.SIGCONT)

    assert alive


def test_the_rows_of_a_killed_worker_are_what_its_journal_tells(outbox, tmp_path, other):
    outbox.claim(1, "other", limit=2, now=NOON)
    tell(other, "begin 1 1 1")
    tell(other, "outcome 1 1 1 accepted 250 2.0.0 -")
    tell(other, "begin 1 2 1")
    tell(other, "outcome 1 3 1 refused 550 5.1.1 -")
    other.kill()
    other.wait()

    with enter(outbox, tmp_path) as worker:
        alive = outbox.workers()

    assert list(alive) == [worker.id]
    assert states(outbox) == [S.ACCEPTED, S.IN_DOUBT, S.REFUSED, S.QUEUED, S.QUEUED]
    assert names(tmp_path) == []


def test_an_edition_may_have_what_a_dead_worker_had_begun_sent_again(outbox, tmp_path, other):
    tell(other, "begin 1 1 1")
    other.kill()
    other.wait()

    with enlisted(outbox, tmp_path, now=lambda: NOON, boot="b", resend=["brief"]):
        pass

    assert states(outbox) == [S.QUEUED] * 5


def test_after_another_start_of_the_machine_nothing_goes_back_to_the_queue(outbox, tmp_path, host):
    with holder(outbox, tmp_path, host, boot="the one before") as process:
        tell(process, "begin 1 1 1")
        tell(process, "outcome 1 1 1 accepted 250 - -")
        process.kill()
        process.wait()

        with enter(outbox, tmp_path):
            pass

    assert states(outbox) == [S.ACCEPTED, S.IN_DOUBT, S.QUEUED, S.QUEUED, S.QUEUED]


def test_a_second_look_into_the_journal_does_not_cost_its_worker_the_lock(outbox, tmp_path, other):
    tell(other, "peep")

    with enter(outbox, tmp_path):
        assert "other" in outbox.workers()

    assert outbox.counts(1)["claimed"] == 2


def test_who_dies_while_others_work_is_found_by_them(outbox, tmp_path, other):
    with enter(outbox, tmp_path) as worker:
        worker.look_round(NOON)
        before = outbox.counts(1)["claimed"]
        other.kill()
        other.wait()
        worker.look_round(NOON)

        assert list(outbox.workers()) == [worker.id]

    assert (before, states(outbox)) == (2, [S.QUEUED] * 5)


def test_a_worker_that_was_killed_before_the_machine_got_another_name_is_buried_all_the_same(outbox, tmp_path):
    with holder(outbox, tmp_path, "tarnmouth-7f3a") as process:
        process.kill()
        process.wait()

        with enter(outbox, tmp_path) as worker:
            alive = outbox.workers()

    assert list(alive) == [worker.id]
    assert alive[worker.id] != "tarnmouth-7f3a"
    assert states(outbox) == [S.QUEUED] * 5
    assert names(tmp_path) == []


def test_a_worker_that_lives_under_another_name_is_left_alone(outbox, tmp_path):
    with holder(outbox, tmp_path, "tarnmouth-7f3a"), enter(outbox, tmp_path):
        alive = outbox.workers()

    assert alive["other"] == "tarnmouth-7f3a"
    assert outbox.counts(1)["claimed"] == 2


def test_a_folder_keeps_its_name_for_its_owner_alone(tmp_path):
    folder = journals(tmp_path / "here")

    first, again = host_id(folder), host_id(folder)

    assert first == again == (folder / "host").read_text().strip()
    assert (folder / "host").stat().st_mode & 0o777 == 0o600
    assert host_id(journals(tmp_path / "there")) != first


def test_of_many_that_name_a_folder_at_once_all_know_one_name(tmp_path):
    folder, together = journals(tmp_path), threading.Barrier(8)

    def name(_):
        together.wait()
        return host_id(folder)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(name, range(8)))) == 1


def test_a_name_that_a_power_cut_kept_from_the_disk_is_made_again(tmp_path):
    folder = journals(tmp_path)
    (folder / "host").touch()

    assert host_id(folder) == host_id(folder) != ""


def test_a_damaged_name_is_refused_with_the_cure(tmp_path):
    (journals(tmp_path) / "host").write_text("Tarnmouth\n")

    with pytest.raises(SettingsError, match=r"journal/host is damaged.* delete it"):
        host_id(journals(tmp_path))


def test_a_journal_that_is_gone_puts_rows_in_doubt_and_its_worker_may_still_tell(outbox, tmp_path, other):
    (tmp_path / "journal" / "other").unlink()

    with enter(outbox, tmp_path):
        counts = outbox.counts(1)

    assert counts["in_doubt"] == 2
    assert (list(outbox.workers()), list(outbox.workers(declared=True))) == ([], ["other"])
    assert outbox.claim(1, "other", limit=1, now=NOON).closed == "dead"


def test_who_was_said_to_be_dead_and_then_dies_has_its_journal_heard(outbox, tmp_path, other):
    tell(other, "begin 1 1 1")
    tell(other, "outcome 1 1 1 accepted 250 - -")
    outbox.bury("other", now=NOON)
    other.kill()
    other.wait()

    with enter(outbox, tmp_path):
        pass

    assert states(outbox)[:2] == [S.ACCEPTED, S.IN_DOUBT]
    assert (outbox.workers(declared=True), names(tmp_path)) == ({}, [])


def test_a_worker_knows_when_its_journal_is_gone(outbox, tmp_path):
    with enter(outbox, tmp_path) as worker:
        before = worker.holds()
        (tmp_path / "journal" / worker.id).unlink()
        after = worker.holds()

    assert (before, after) == (True, False)


def test_the_workers_of_other_hosts_are_not_judged(outbox, tmp_path):
    outbox.enlist("far", host="elsewhere", boot="b", now=NOON)

    with enter(outbox, tmp_path):
        assert outbox.workers()["far"] == "elsewhere"


def test_a_worker_that_ends_with_rows_in_hand_settles_them_by_its_own_journal(outbox, tmp_path):
    with enter(outbox, tmp_path) as worker:
        first = outbox.claim(1, worker.id, limit=2, now=NOON).claims[0]
        worker.begin(first)

    assert states(outbox)[:2] == [S.IN_DOUBT, S.QUEUED]
    assert (outbox.workers(), names(tmp_path)) == ({}, [])


def test_a_worker_whose_outbox_is_away_at_the_end_leaves_its_journal_for_the_next(outbox, tmp_path):
    recover = outbox.recover

    def away(*args, **options):
        raise StoreError("the database is away")

    def work():
        with enter(outbox, tmp_path) as worker:
            claims = outbox.claim(1, worker.id, limit=2, now=NOON).claims
            worker.begin(claims[0])
            outbox.recover = away

    with pytest.raises(StoreError, match="away"):
        work()
    kept = len(names(tmp_path))
    outbox.recover = recover
    with enter(outbox, tmp_path):
        pass

    assert kept == 1
    assert states(outbox)[:2] == [S.IN_DOUBT, S.QUEUED]


def test_what_went_wrong_first_is_what_is_told(outbox, tmp_path):
    def fail(worker):
        outbox.claim(1, worker.id, limit=2, now=NOON)
        raise RuntimeError("the ferry left")

    with pytest.raises(RuntimeError, match="the ferry left"), enter(outbox, tmp_path) as worker:
        fail(worker)


def slow(outbox, step, begun, go_on):
    """Let a step of the outbox begin, and go on only once it may."""
    act = getattr(outbox, step)

    def slowly(*args, **options):
        begun.append(threading.current_thread())
        assert go_on.wait(50)
        return act(*args, **options)

    setattr(outbox, step, slowly)


@pytest.mark.parametrize("step", ["enlist", "recover"])
def test_while_a_worker_begins_or_ends_the_loop_turns_and_a_cancellation_leaves_neither_half_done(
    outbox, tmp_path, step
):
    begun, go_on = [], threading.Event()
    slow(outbox, step, begun, go_on)

    async def work():
        async with enlisted_aside(enter(outbox, tmp_path)) as worker:
            claim = outbox.claim(1, worker.id, limit=2, now=NOON).claims[0]
            worker.begin(claim)

    async def cancelled():
        task = asyncio.create_task(work())
        async with asyncio.timeout(50):
            while not begun:
                await asyncio.sleep(0.001)
            task.cancel()
            await asyncio.sleep(0)
            waits = not task.done()
            go_on.set()
            await asyncio.wait({task})
        return waits, task.cancelled()

    ends = asyncio.run(cancelled())

    assert ends == (True, True)
    assert threading.main_thread() not in begun
    assert (outbox.workers(), names(tmp_path)) == ({}, [])
    assert outbox.counts(1)["claimed"] == 0


def test_what_went_wrong_while_it_worked_is_told_by_a_worker_beside_others_too(outbox, tmp_path):
    async def work():
        async with enlisted_aside(enter(outbox, tmp_path)):
            raise RuntimeError("the ferry left")

    with pytest.raises(RuntimeError, match="the ferry left"):
        asyncio.run(work())

    assert (outbox.workers(), names(tmp_path)) == ({}, [])


MOUNTS = r"""22 1 8:1 / / rw,relatime master:1 - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw - nfs4 lindholm:/srv rw
31 22 0:41 / /srv/a\040b rw - tmpfs tmpfs rw
nonsense
"""


@pytest.mark.parametrize(
    ("path", "kind"), [("/var/digest", "ext4"), ("/srv/digest", "nfs4"), ("/srv/a b/digest", "tmpfs")]
)
def test_the_disk_of_a_folder_is_found(path, kind, tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)

    assert disk_of(type(mounts)(path), mounts) == kind


def test_a_network_disk_is_refused(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"30 22 0:40 / {tmp_path} rw - nfs4 lindholm:/srv rw\n")

    with pytest.raises(SettingsError, match="network disk"):
        journals(tmp_path, mounts=mounts)


def test_a_system_without_a_list_of_mounts_is_trusted(tmp_path):
    assert disk_of(tmp_path, tmp_path / "none") == ""
