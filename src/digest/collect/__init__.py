"""Sources in, articles out.

`collect` polls feeds, pages and folders; `read_document` reads one local file. Everything that comes in is hostile:
what leaves this stage is plain text, http(s) addresses and dates within reason.
"""

from digest.collect.folder import read_document
from digest.collect.poll import TIMEOUT, collect
from digest.collect.reports import Collected, Memory, SourceReport, Status

__all__ = ["TIMEOUT", "Collected", "Memory", "SourceReport", "Status", "collect", "read_document"]
