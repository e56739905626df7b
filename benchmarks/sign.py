"""What it costs to sign a mail (DKIM), beside dkimpy with the same RSA key over the same message, in the same rounds.

Both must be verified by dkimpy. Times are CPU, the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from digest.render import Signer, message
from digest.render.dkim import SigningKey
from render import Issue

DOMAIN = "brief.example"
RELAXED = (b"relaxed", b"relaxed")


def measure(stories: int, rounds: int, seed: int) -> dict[str, object]:
    """Return the median microseconds of each way, and how they compare."""
    ready = Issue(stories, seed)
    mail = message(ready.skeleton, ready.fields(1))
    rsa = SigningKey(DOMAIN, "d1", generate_private_key(65537, 2048))
    ed25519 = SigningKey(DOMAIN, "d1e", Ed25519PrivateKey.generate())
    pem = rsa.private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    ways: dict[str, tuple[Callable[[], bytes], int]] = {
        "rsa": (lambda: Signer((rsa,)).sign(mail), 100),
        "ed25519": (lambda: Signer((ed25519,)).sign(mail), 100),
        "both": (lambda: Signer((rsa, ed25519)).sign(mail), 100),
        "dkimpy": (lambda: dkim.sign(mail, b"d1", DOMAIN.encode(), pem, canonicalize=RELAXED) + mail, 5),
    }
    records = {f"{key.place}.".encode(): key.record.encode() for key in (rsa, ed25519)}
    for name, (way, _) in ways.items():
        if not dkim.verify(way(), dnsfunc=lambda place, timeout=5: records.get(place)):
            raise SystemExit(f"the signature of {name} does not verify, so its cost means nothing")
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, count) in ways.items():
            begun = time.process_time()
            for _ in range(count):
                way()
            taken[name].append((time.process_time() - begun) / count)
    median = {name: statistics.median(times) * 1e6 for name, times in taken.items()}
    return {
        "bytes": len(mail),
        "rounds": rounds,
        "microseconds": {name: round(value, 1) for name, value in median.items()},
        "times_rsa": {name: round(value / median["rsa"], 2) for name, value in median.items()},
    }


def table(result: dict[str, object]) -> str:
    """Return the result as text."""
    took, ratio = result["microseconds"], result["times_rsa"]
    assert isinstance(took, dict)
    assert isinstance(ratio, dict)
    head = "signing {bytes:,} bytes, median of {rounds} rounds, CPU".format(**result)
    return "\n".join((head, *(f"{name:<10}{took[name]:>11,.1f} us{ratio[name]:>9.2f} x" for name in took)))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--stories", type=int, default=12, help="in the issue (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=15, help="of measuring (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented news (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    result = measure(options.stories, options.rounds, options.seed)
    print(json.dumps(result) if options.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
