"""What axe-core, from npm, holds against a page; it is fetched once, beside the packages of the tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

VERSION = "4.11.0"
FOLDER = Path(sys.prefix) / "npm" / f"axe-core-{VERSION}"
RUN = "axe.run(document, {resultTypes: ['violations']})"


def axe_source():
    """The script; skips loudly where it cannot be had."""
    script = FOLDER / "node_modules/axe-core/axe.min.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if not npm:
            pytest.skip("ACCESSIBILITY NOT CHECKED: there is no npm here (Debian: apt-get install npm)")
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = (npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", f"axe-core@{VERSION}")
        try:
            subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=50)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"ACCESSIBILITY NOT CHECKED: axe-core cannot be fetched ({error})")
    return script.read_text()


def violations(page):
    """Each rule that a page breaks in which the script was evaluated, with where."""
    found = page.evaluate(RUN)["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]
