"""Clicks on the way to a story: counted by link and hour, and told apart from what programs do."""

from digest.web.readers.counting.door import Door
from digest.web.readers.counting.tally import Tally

__all__ = ["Door", "Tally"]
