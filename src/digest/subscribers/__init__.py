"""The lists that people write, the addresses never to be mailed, and the tokens in readers' links."""

from digest.subscribers.addresses import email_hmac, identity, normalise
from digest.subscribers.advice import advice
from digest.subscribers.csvfile import Record, as_csv, write_table
from digest.subscribers.exports import Standing
from digest.subscribers.files import NAME as LIST_NAME
from digest.subscribers.files import (
    Lists,
    drop_address,
    drop_rows,
    drop_text,
    extend_list,
    follow,
    list_files,
    read_list,
    read_lists,
    write_rows,
)
from digest.subscribers.importing import Gone, Import, read_export, rejected
from digest.subscribers.keys import Key, Keyring
from digest.subscribers.linktokens import LinkToken, LinkTokens
from digest.subscribers.rows import COLUMNS as LIST_COLUMNS
from digest.subscribers.rows import Reader, cells, zones
from digest.subscribers.settings import ListSettings, read_settings
from digest.subscribers.sheet import mark, require_whole
from digest.subscribers.suppression import NAME as SUPPRESSED
from digest.subscribers.suppression import PlainSuppression, extend_suppressed, read_suppressed, rewrite_suppressed
from digest.subscribers.tokens import Purpose, Token, Tokens

__all__ = [
    "LIST_COLUMNS",
    "LIST_NAME",
    "SUPPRESSED",
    "Gone",
    "Import",
    "Key",
    "Keyring",
    "LinkToken",
    "LinkTokens",
    "ListSettings",
    "Lists",
    "PlainSuppression",
    "Purpose",
    "Reader",
    "Record",
    "Standing",
    "Token",
    "Tokens",
    "advice",
    "as_csv",
    "cells",
    "drop_address",
    "drop_rows",
    "drop_text",
    "email_hmac",
    "extend_list",
    "extend_suppressed",
    "follow",
    "identity",
    "list_files",
    "mark",
    "normalise",
    "read_export",
    "read_list",
    "read_lists",
    "read_settings",
    "read_suppressed",
    "rejected",
    "require_whole",
    "rewrite_suppressed",
    "write_rows",
    "write_table",
    "zones",
]
