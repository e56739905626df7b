"""The weights that editors' corrections made, in the data folder: the ones in force, and all that came before.

`weights/NAME.weights` holds weights under their fingerprint, `weights/order` the names in the order they came into
force, one a line; the last is in force. Nothing is thrown away, so that an issue can be made again with the weights it
was made with, and a step can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digest.classify.weights import Weights, packed, shipped, unpacked
from digest.errors import WeightsError
from digest.files import create, replace

ORDER: Final = "order"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of learned weights; made at the first word written."""

    folder: Path

    def current(self) -> Weights:
        """Return the weights in force: the last that were learned, else those that come with the program."""
        names = self._order()
        return self.named(names[-1]) if names else shipped()

    def named(self, fingerprint: str) -> Weights:
        """Return the weights of that fingerprint; WeightsError where they are gone or damaged."""
        if fingerprint == shipped().fingerprint:
            return shipped()
        try:
            found = unpacked(self._file(fingerprint).read_bytes())
        except FileNotFoundError:
            raise WeightsError(
                f"{self._file(fingerprint)}: these weights are gone; put the folder back from a backup"
            ) from None
        except (OSError, ValueError) as e:
            raise WeightsError(f"{self._file(fingerprint)}: {e}") from e
        if found.fingerprint != fingerprint:
            raise WeightsError(f"{self._file(fingerprint)}: holds other weights than its name says")
        return found

    def retain(self, weights: Weights) -> None:
        """Keep a copy, so that they can be found by name whatever version of the program comes."""
        if not self._file(weights.fingerprint).exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            create(self._file(weights.fingerprint), packed(weights))

    def put(self, weights: Weights) -> None:
        """Put weights into force."""
        self.retain(weights)
        self._write((*self._order(), weights.fingerprint))

    def undo(self) -> Weights | None:
        """Take the last step back and return the weights in force after it; None where there is none to take back."""
        names = self._order()
        if not names:
            return None
        before = self.named(names[-2]) if names[1:] else shipped()
        self._write(names[:-1])
        return before

    def _file(self, fingerprint: str) -> Path:
        return self.folder / f"{fingerprint}.weights"

    def _order(self) -> tuple[str, ...]:
        try:
            return tuple((self.folder / ORDER).read_text("ascii").split())
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeError) as e:
            raise WeightsError(f"{self.folder / ORDER}: cannot be read: {e}") from e

    def _write(self, names: tuple[str, ...]) -> None:
        replace(self.folder / ORDER, "".join(f"{name}\n" for name in names).encode("ascii"))
