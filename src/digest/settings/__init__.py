"""Settings: the only reader of digest.toml, the secrets files and the environment; the only writer of sources."""

from digest.settings.adding import add_sources, free_name, free_names
from digest.settings.checks import is_loopback
from digest.settings.load import find, load
from digest.settings.problems import near
from digest.settings.removing import remove_source
from digest.settings.schema import schema
from digest.settings.values import (
    Alerts,
    Bounces,
    Dkim,
    Origin,
    Pace,
    Proxy,
    Relay,
    Sender,
    Settings,
    Web,
)

__all__ = [
    "Alerts",
    "Bounces",
    "Dkim",
    "Origin",
    "Pace",
    "Proxy",
    "Relay",
    "Sender",
    "Settings",
    "Web",
    "add_sources",
    "find",
    "free_name",
    "free_names",
    "is_loopback",
    "load",
    "near",
    "remove_source",
    "schema",
]
