"""A mail shown on loopback while somebody works on its look: each change of a file is seen at once."""

from digest.proof.site import proof

__all__ = ["proof"]
