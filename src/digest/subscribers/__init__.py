"""The lists that people write, the addresses never to be mailed, and the tokens in readers' links."""

from digest.subscribers.addresses import email_hmac, normalise
from digest.subscribers.files import Lists, read_lists, write_rows
from digest.subscribers.keys import Key, Keyring
from digest.subscribers.settings import ListSettings, read_settings
from digest.subscribers.suppression import NAME as SUPPRESSED
from digest.subscribers.suppression import PlainSuppression, read_suppressed, rewrite_suppressed
from digest.subscribers.tokens import Purpose, Token, Tokens

__all__ = [
    "SUPPRESSED",
    "Key",
    "Keyring",
    "ListSettings",
    "Lists",
    "PlainSuppression",
    "Purpose",
    "Token",
    "Tokens",
    "email_hmac",
    "normalise",
    "read_lists",
    "read_settings",
    "read_suppressed",
    "rewrite_suppressed",
    "write_rows",
]
