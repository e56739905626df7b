"""A file is written whole or not at all, by nobody but us."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from digest.files import add, create, replace

LIMIT = 100_000
OLD, NEW = b"old" * 400_000, b"new" * 400_000
REWRITING = """
import sys
from pathlib import Path
from digest.files import replace
path, contents = Path(sys.argv[1]), (b"new" * 400_000, b"old" * 400_000)
while True:
    for content in contents:
        replace(path, content)
        print("written", flush=True)
"""


@pytest.fixture
def page(tmp_path):
    """A file that is there."""
    path = tmp_path / "issue.html"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def umask():
    """Sets the umask for the length of a test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.fixture
def small_disk():
    """No file may grow beyond LIMIT bytes, as on a disk that is full."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("write", [replace, create])
def test_a_new_file_holds_what_was_given_and_is_its_owners_alone(tmp_path, write):
    write(tmp_path / "issue.html", NEW)

    assert (tmp_path / "issue.html").read_bytes() == NEW
    assert (tmp_path / "issue.html").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["issue.html"]


@pytest.mark.parametrize("mask", [0o000, 0o077])
@pytest.mark.parametrize("write", [replace, create])
def test_the_rights_are_those_asked_for_whatever_the_umask(tmp_path, umask, write, mask):
    umask(mask)

    write(tmp_path / "issue.html", NEW, mode=0o644)

    assert (tmp_path / "issue.html").stat().st_mode & 0o777 == 0o644


def test_whoever_reads_the_old_file_goes_on_reading_it(page):
    with page.open("rb") as reader:
        begun = reader.read(3)
        replace(page, NEW)
        rest = reader.read()

    assert begun + rest == OLD
    assert page.read_bytes() == NEW


def test_a_link_in_the_files_place_is_not_followed(tmp_path):
    treasure = tmp_path / "treasure"
    treasure.write_bytes(OLD)
    (tmp_path / "issue.html").symlink_to(treasure)

    made = create(tmp_path / "issue.html", NEW)
    replace(tmp_path / "issue.html", NEW)

    assert not made
    assert treasure.read_bytes() == OLD
    assert not (tmp_path / "issue.html").is_symlink()
    assert (tmp_path / "issue.html").read_bytes() == NEW


def test_what_stands_there_is_not_created_again(page):
    assert create(page, NEW) is False

    assert page.read_bytes() == OLD
    assert names(page.parent) == ["issue.html"]


@pytest.mark.parametrize("name", ["issue.html", "another.html"])
@pytest.mark.parametrize("write", [replace, create])
def test_on_a_full_disk_what_was_there_stays_and_nothing_half_is_left(page, small_disk, write, name):
    with pytest.raises(OSError, match="too large"):
        write(page.with_name(name), NEW)

    assert names(page.parent) == ["issue.html"]
    assert page.read_bytes() == OLD


def test_a_folder_in_the_files_place_stays_and_nothing_half_is_left(tmp_path):
    (tmp_path / "issue.html").mkdir()

    with pytest.raises(OSError, match="directory"):
        replace(tmp_path / "issue.html", NEW)

    assert names(tmp_path) == ["issue.html"]
    assert (tmp_path / "issue.html").is_dir()


@pytest.mark.parametrize("writes", [1, 2, 5])
def test_killed_in_the_middle_of_a_write_the_file_is_the_old_one_or_the_new_one(page, writes):
    with subprocess.Popen([sys.executable, "-c", REWRITING, page], stdout=subprocess.PIPE) as writer:
        for _ in range(writes):
            assert writer.stdout.readline() == b"written\n"
        writer.kill()

    assert page.read_bytes() in (OLD, NEW)
    assert all(Path(name).name.startswith(".digest-") for name in names(page.parent) if name != "issue.html")


def test_what_is_added_is_its_owners_alone_and_takes_the_place_of_nothing(tmp_path, page, umask):
    umask(0)
    add(tmp_path / "1.eml", NEW)
    (tmp_path / "2.eml").symlink_to(page)

    for taken in (page, tmp_path / "2.eml"):
        with pytest.raises(FileExistsError):
            add(taken, NEW)

    assert ((tmp_path / "1.eml").read_bytes(), page.read_bytes()) == (NEW, OLD)
    assert (tmp_path / "1.eml").stat().st_mode & 0o777 == 0o600
