"""Feeds: found, parsed into entries, and listed for other programs."""
