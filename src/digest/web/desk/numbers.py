"""Numbers in addresses: so short that each of them can be one of an issue or a revision."""

from __future__ import annotations

from typing import Final

from starlette.convertors import Convertor

NAME: Final = "number"
"""As paths call it: `{issue:number}`."""


class Number(Convertor[int]):
    """At most nine digits; what has more is no address of ours (and would cost time to read)."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """Return the number that stands in an address."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return the number as it stands in an address."""
        return str(value)
