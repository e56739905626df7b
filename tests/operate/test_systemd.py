"""The unit file, as systemd itself judges it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "contrib" / "digest.service"
ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def unit(tmp_path):
    """The unit with a program that is there; skipped, and said so, without systemd."""
    if ANALYZE is None:
        pytest.skip("systemd-analyze is not here: nobody looked at contrib/digest.service (apt-get install systemd)")
    path = tmp_path / "digest.service"
    text = UNIT.read_text()
    assert "ExecStart=/opt/digest/bin/digest " in text
    path.write_text(text.replace("/opt/digest/bin/digest ", f"{Path(sys.executable).with_name('digest')} "))
    return path


@pytest.mark.parametrize("question", [["verify", "--man=no"], ["security", "--offline=true", "--threshold=25"]])
def test_systemd_has_nothing_against_it(unit, question):
    done = subprocess.run(
        [ANALYZE, *question, "--no-pager", str(unit)], capture_output=True, text=True, timeout=200, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "verify" not in question or not done.stderr


def test_it_may_see_in_which_start_of_the_machine_it_runs():
    assert "\nProcSubset=" not in UNIT.read_text()
