"""Fits the shipped weights to the shipped examples: `python tools/weights.py`, after the examples changed.

It asks for the sentence encoder (`make semantic`), because the weights of sections carry what was learned of meanings.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))  # the weights of this tree, not of an installed digest: hence imports below it

from digest.classify.examples import shipped_examples  # noqa: E402
from digest.classify.learn import head_of, taught  # noqa: E402
from digest.classify.lines import taught_lines  # noqa: E402
from digest.classify.weights import packed  # noqa: E402
from digest.encoder import Missing, open_encoder  # noqa: E402


def main() -> None:
    """Write both files, and say what is in them."""
    encoder = open_encoder()
    if isinstance(encoder, Missing):
        raise SystemExit(f"no sentence encoder: {encoder}")
    examples = shipped_examples()
    sections = replace(taught(examples), head=head_of(encoder.name, encoder.encode, examples))
    for name, made in (("sections", sections), ("lines", taught_lines(examples))):
        target = ROOT / "src/digest/classify/data" / f"{name}.weights"
        target.write_bytes(packed(made))
        print(f"{target.name}: {', '.join(made.labels)}; {made.fingerprint}; {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
