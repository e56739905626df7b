"""Settings: the only reader of digest.toml, the secrets files and the environment."""

from digest.settings.load import find, load
from digest.settings.problems import near
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
    "find",
    "load",
    "near",
    "schema",
]
