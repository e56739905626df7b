"""Redirects and address forms: every way to lead the program inside. The trap is a server there; nobody ever knocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from digest.collect import Collected
from tests.collect.hostile.case import WHOLE, Case, Outcome, Reply, failed
from tests.collect.hostile.server import Answer

INSIDE = ", an address inside"
ODD = " - is not a canonical IPv4 address"


def verdict(collected: Collected) -> Outcome:
    """The end of the reason: which loopback address a name leads to is the machine's own affair."""
    return failed(collected).rpartition(", ")[2]


def led(to: str, expected: str | list[str], status: int = 302, more: Mapping[str, Reply] | None = None) -> Case:
    return Case(Answer(status=status, headers={"Location": to}), expected, more=more or {}, trap=True)


CASES = {
    "another_port_of_its_own_host": led("http://127.0.0.1:{trap}/", f"127.0.0.1 leads to 127.0.0.1{INSIDE}"),
    "by_name": replace(led("http://localhost:{trap}/", "an address inside"), see=verdict),
    "by_name_in_capitals": replace(led("HTTP://LOCALHOST:{trap}/", "an address inside"), see=verdict),
    "short": led("http://127.1:{trap}/", f"no usable address: 127.1{ODD}"),
    "one_number": led("http://2130706433:{trap}/", f"no usable address: 2130706433{ODD}"),
    "hexadecimal": led("http://0x7f000001:{trap}/", f"0x7f000001 leads to 127.0.0.1{INSIDE}"),
    "hexadecimal_in_parts": led("http://0x7f.0.0.0x1:{trap}/", "0x7f.0.0.0x1 leads to 127.0.0.1, an address inside"),
    "octal": led("http://0177.0.0.1:{trap}/", f"no usable address: 0177.0.0.1{ODD}"),
    "zero": led("http://0:{trap}/", f"no usable address: 0{ODD}"),
    "zeros": led("http://0.0.0.0:{trap}/", f"0.0.0.0 leads to 0.0.0.0{INSIDE}"),
    "six": led("http://[::1]:{trap}/", f"::1 leads to ::1{INSIDE}"),
    "six_of_nothing": led("http://[::]:{trap}/", f":: leads to ::{INSIDE}"),
    "six_at_length": led(
        "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{trap}/", "::1 leads to ::1, an address inside"
    ),
    "six_with_a_zone": led("http://[::1%25lo]:{trap}/", "::1%lo leads to ::1%25lo, an address inside"),
    "four_in_six": led("http://[::ffff:127.0.0.1]:{trap}/", f"::ffff:7f00:1 leads to ::ffff:7f00:1{INSIDE}"),
    "four_translated": led("http://[64:ff9b::7f00:1]:{trap}/", f"64:ff9b::7f00:1 leads to 64:ff9b::7f00:1{INSIDE}"),
    "four_tunnelled": led("http://[2002:7f00:1::]:{trap}/", f"2002:7f00:1:: leads to 2002:7f00:1::{INSIDE}"),
    "digits_in_circles": led("http://①②⑦.0.0.1:{trap}/", "127.0.0.1 leads to 127.0.0.1, an address inside"),
    "digits_of_full_width": led("http://１２７.0.0.1:{trap}/", "127.0.0.1 leads to 127.0.0.1, an address inside"),
    "dots_of_another_script": led("http://127。0。0。1:{trap}/", "127.0.0.1 leads to 127.0.0.1, an address inside"),
    "a_name_of_a_user_that_looks_like_a_host": led(
        "http://ilma.example@127.0.0.1:{trap}/", "the address of 127.0.0.1 carries a user name or password"
    ),
    "a_backslash": led(
        "http://ilma.example\\@127.0.0.1:1/", "redirects to no usable address: http://ilma.example\\@127.0.0.1:1/"
    ),
    "without_a_scheme": led("//127.0.0.1:{trap}/", f"127.0.0.1 leads to 127.0.0.1{INSIDE}"),
    "for_good": led("http://127.0.0.1:{trap}/", f"127.0.0.1 leads to 127.0.0.1{INSIDE}", 301),
    "by_way_of_itself": led(
        "/b",
        f"127.0.0.1 leads to 127.0.0.1{INSIDE}",
        more={"/b": Answer(status=307, headers={"Location": "http://127.0.0.1:{trap}/"})},
    ),
    "another_loopback": led("http://127.0.0.2/", f"127.0.0.2 leads to 127.0.0.2{INSIDE}"),
    "private": led("http://[::ffff:10.0.0.1]/", f"::ffff:a00:1 leads to ::ffff:a00:1{INSIDE}"),
    "metadata": led("http://169.254.169.254/latest/", f"169.254.169.254 leads to 169.254.169.254{INSIDE}"),
    "metadata_in_six": led("http://[fd00:ec2::254]/", f"fd00:ec2::254 leads to fd00:ec2::254{INSIDE}"),
    "carrier": led("http://100.64.0.1/", f"100.64.0.1 leads to 100.64.0.1{INSIDE}"),
    "multicast": led("http://224.0.0.1/", f"224.0.0.1 leads to 224.0.0.1{INSIDE}"),
    "broadcast": led("http://255.255.255.255/", f"255.255.255.255 leads to 255.255.255.255{INSIDE}"),
    "another_scheme": led("gopher://ilma.example/", "only http and https are fetched, not gopher://ilma.example/"),
    "a_file": led("file:///etc/hostname", "only http and https are fetched, not file:///etc/hostname"),
    "data": led("data:text/xml,<rss/>", "only http and https are fetched, not data:text/xml,%3Crss/%3E"),
    "a_script": led("javascript:alert(1)", "only http and https are fetched, not javascript:alert(1)"),
    "a_password": led("http://a:b@ilma.example/", "the address of ilma.example carries a user name or password"),
    "port_zero": led("http://127.0.0.1:0/", "only http and https are fetched, not http://127.0.0.1:0/"),
    "a_port_beyond_ports": led("http://127.0.0.1:99999/", "redirects to no usable address: http://127.0.0.1:99999/"),
    "no_host": led("http:///etc/hostname", "answered 404"),
    "nowhere": led("", "answered 302"),
    "itself": led("/feed", "more than 5 redirects"),
    "a_ring": led("/b", "more than 5 redirects", more={"/b": Answer(status=308, headers={"Location": "/feed"})}),
    "a_very_long_address": led("/" + "a" * 8_000, "answered 404"),
    "header_injection": led("/x\tHTTP/1.1", "answered 404"),
    "bytes_of_no_encoding": led("/\udcff\udcfe", "answered 404"),
    "five_steps_and_there": led(
        "/1",
        ["Ferren bridge"],
        more={f"/{n}": Answer(status=302, headers={"Location": f"/{n + 1}"}) for n in range(1, 5)} | {"/5": WHOLE},
    ),
}
