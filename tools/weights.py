"""Fits the shipped weights to the shipped examples: `python tools/weights.py`, after the examples changed."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))  # the weights of this tree, not of an installed digest: hence imports below it

from digest.classify.examples import shipped_examples  # noqa: E402
from digest.classify.learn import taught  # noqa: E402
from digest.classify.lines import taught_lines  # noqa: E402
from digest.classify.weights import packed  # noqa: E402


def main() -> None:
    """Write both files, and say what is in them."""
    for name, made in (("sections", taught(shipped_examples())), ("lines", taught_lines(shipped_examples()))):
        target = ROOT / "src/digest/classify/data" / f"{name}.weights"
        target.write_bytes(packed(made))
        print(f"{target.name}: {', '.join(made.labels)}; {made.fingerprint}; {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
