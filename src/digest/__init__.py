"""Turns a window of news into one email worth opening."""

__version__ = "0.1.0"
