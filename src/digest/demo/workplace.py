"""The demo's working folder: settings for the wire, a folder of dropped articles, invented readers."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from digest.demo.news import HERE, outlets, templates

SHIPPED: Final = HERE / "folder"
ZONE: Final = ZoneInfo("Europe/Helsinki")
"""As the settings say."""


def prepare(folder: Path, wire_url: str, now: datetime) -> Path:
    """Write digest.toml, inbox/ and subscribers/ into the folder and return the settings' path.

    The daily edition goes out at the next full hour after `now`, so that its issue is today's whatever the hour.
    Templates are the caller's to lay beside it.
    """
    send = (now.astimezone(ZONE) + timedelta(hours=1)).hour
    settings = (
        templates()
        .get_template("digest.toml.j2")
        .render(
            outlets=outlets(now),
            wire=wire_url,
            draft=f"{max(send - 1, 0):02}:00",
            send=f"{send:02}:00",
        )
    )
    subscribers = folder / "subscribers"
    subscribers.mkdir(parents=True, exist_ok=True)
    for name in ("daily.csv", "sunday.csv", "lists.toml"):
        shutil.copyfile(SHIPPED / name, subscribers / name)
    shutil.copytree(SHIPPED / "inbox", folder / "inbox", dirs_exist_ok=True)
    path = folder / "digest.toml"
    path.write_text(settings, encoding="utf-8")
    return path
