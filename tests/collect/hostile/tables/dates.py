"""Dates: spellings, and instants that cannot be."""

from __future__ import annotations

from tests.collect.hostile.case import HEAD, TAIL, A, Case
from tests.collect.hostile.case import dates as seen

HOUR_AGO, NONE = ["2026-11-22 05:00"], [""]


def dated(value: str, expected: list[str]) -> Case:
    return Case(f"{HEAD}<item><title>T</title><link>{A}</link><pubDate>{value}</pubDate></item>{TAIL}", expected, seen)


CASES = {
    "naive": dated("2026-11-22T05:00:00", HOUR_AGO),
    "iso_with_a_zone": dated("2026-11-22T08:00:00+03:00", HOUR_AGO),
    "iso_basic": dated("20261122T050000Z", HOUR_AGO),
    "rfc822_short_year": dated("Sun, 22 Nov 26 05:00:00 GMT", HOUR_AGO),
    "rfc822_without_a_day": dated("22 Nov 2026 05:00:00 +0000", HOUR_AGO),
    "rfc822_without_seconds": dated("Sun, 22 Nov 2026 05:00 GMT", HOUR_AGO),
    "rfc822_of_the_east_coast": dated("Sun, 22 Nov 2026 00:00:00 EST", HOUR_AGO),
    "the_wrong_day_of_the_week": dated("Fri, 22 Nov 2026 05:00:00 GMT", HOUR_AGO),
    "the_epoch": dated("Thu, 01 Jan 1970 00:00:00 GMT", NONE),
    "year_one": dated("0001-01-01T00:00:00+14:00", NONE),
    "year_9999": dated("9999-12-31T23:59:59-14:00", NONE),
    "a_year_of_five_digits": dated("12026-11-22T05:00:00Z", NONE),
    "a_day_ahead": dated("2026-11-23T06:00:00Z", NONE),
    "an_hour_and_a_second_ahead": dated("2026-11-22T07:00:01Z", NONE),
    "no_such_day": dated("2026-02-31T05:00:00Z", NONE),
    "a_leap_second": dated("2026-11-22T04:59:60Z", ["2026-11-22 04:59"]),
    "hour_twenty_four": dated("2026-11-21T24:00:00Z", ["2026-11-22 00:00"]),
    "a_zone_beyond_the_world": dated("Sun, 22 Nov 2026 05:00:00 +9999", NONE),
    "a_zone_nobody_knows": dated("Sun, 22 Nov 2026 05:00:00 XYZ", HOUR_AGO),
    "digits_of_another_script": dated("٢٠٢٦-١١-٢٢", ["2026-11-22 00:00"]),
    "very_many_digits": dated("9" * 100_000, NONE),
    "very_many_colons": dated("2026" + ":" * 100_000, NONE),
    "very_many_spaces": dated("Sun," + " " * 100_000 + "22 Nov 2026 05:00:00 GMT", NONE),
    "seconds_since_the_epoch": dated("1795410000", NONE),
    "brackets_by_the_thousand": dated("(" * 5_000 + "22 Nov 2026 05:00:00 GMT", NONE),
    "zeros": dated("0000-00-00T00:00:00Z", NONE),
    "markup": dated("<b>yesterday</b>", NONE),
    "missing": dated("", NONE),
}
