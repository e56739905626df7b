"""Daemons that live for many days of a clock that runs fast, while somebody kills and freezes them."""
