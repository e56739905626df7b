from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect import Status
from digest.collect.http.guard import InsideAddress, is_inside, outside_socket
from digest.model.news import Source, SourceKind

from .newsroom import Newsroom, item, poll

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.192", "192.0.2.5", "198.18.0.1"),
    *("198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::7f00:1", "64:ff9b::10.1.2.3", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::"),
    *(
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
    ),
    *("2606:4700::5efe:7f00:1", "2606:4700::200:5efe:10.0.0.1", "64:ff9b:1:ffff::10.0.0.1"),
    *("fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "::ffff:0:127.0.0.1", "not an address", ""),
]
OUTSIDE = [
    *("1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1"),
    *("2606:4700:4700::1111", "2a00:1450:4001::5", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::1"),
    *("2606:4700::5efe:5db8:d822", "2606:4700::5eff:7f00:1"),
]
DISGUISES = [
    *("127.0.0.1", "127.1", "0", "0.0.0.0", "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1"),
    *("localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "①②⑦.⓪.⓪.①"),
    *("%31%32%37.0.0.1", "%6c%6f%63alhost", "127.0.0.1%00.ilma.example", "localhost%E3%80%82", "127.0.0.1%23"),
    *("localhost..", "127..0.0.1", "127.0.0.1..", "localhost。", "ⓛocalhost", "local\u00adhost", "127.0.0\u200b.1"),
    *("ilma.example@127.0.0.1", "127.0.0.1\\@ilma.example", "ilma.example\\@127.0.0.1", "127.0.0.1#@ilma.example"),
    *("127.0.0.1?@ilma.example", "0X7F.1", "00000177.1", "4294967297", "127.0.0.𝟙", "127．0．0．1", "xn--localhost-"),
    *("[::1%25lo]", "[fe80::1%25eth0]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2606:4700::5efe:127.0.0.1]"),
    *("127。0。0。1", "127.0.0.1.", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_no_article_is_fetched_from_an_address_inside(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    assert is_inside(address)
    with pytest.raises(InsideAddress):
        outside_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 80)))


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_open_net_is_not_inside(address):
    assert not is_inside(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_whatever_it_is_wrapped(ip):
    plain = is_inside(str(ip))
    packed = f"{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}"

    assert {is_inside(f"::ffff:{packed}"), is_inside(f"64:ff9b::{packed}"), is_inside(f"2002:{packed}::1")} == {plain}
    assert plain or ip.is_global


@pytest.fixture
def desk():
    """A port inside that nobody should ever connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def nobody_connected(server: socket.socket) -> bool:
    try:
        server.accept()
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize("host", DISGUISES)
def test_a_source_in_disguise_reaches_nothing_inside(host, desk):
    port = desk.getsockname()[1]
    collected = poll(Source("Karsk Wire", SourceKind.FEED, url=f"http://{host}:{port}/feed"), seconds=5)

    [report] = collected.reports
    assert (report.status, nobody_connected(desk)) == (Status.FAILED, True)
    assert report.reason


@pytest.mark.parametrize("host", ["localhost", "127.1", "127.0.0.2", "[::1]", "127.0.0.1.", "LOCALHOST"])
def test_leave_for_one_spelling_of_a_place_is_none_for_another(newsroom: Newsroom, host):
    newsroom.put("/feed", status=302, Location=f"http://{host}:{newsroom.port}/new")
    newsroom.put_feed("/new", item("https://ilma.example/a", "A", "Words."))

    [report] = poll(newsroom.source("/feed", follow=False)).reports

    assert report.status is Status.FAILED
    assert [request.path for request in newsroom.asked] == ["/feed"]


def test_leave_for_a_place_holds_on_the_way_back_to_it(newsroom: Newsroom):
    newsroom.put("/feed", status=302, Location=newsroom.url("/new"))
    newsroom.put_feed("/new", item("https://ilma.example/a", "A", "Words."))

    assert poll(newsroom.source("/feed", follow=False)).reports[0].status is Status.OK


@pytest.mark.parametrize("host", DISGUISES)
def test_a_redirect_in_disguise_reaches_nothing_inside(newsroom: Newsroom, host, desk):
    newsroom.put("/feed", status=302, Location=f"http://{host}:{desk.getsockname()[1]}/admin")

    [report] = poll(newsroom.source("/feed"), seconds=5).reports  # for whom no name server answers

    assert (report.status, nobody_connected(desk)) == (Status.FAILED, True)


def test_the_report_names_the_address_inside(desk):
    source = Source("Karsk Wire", SourceKind.FEED, url=f"http://localhost:{desk.getsockname()[1]}/feed")

    [report] = poll(source).reports

    assert report.reason in (
        "localhost leads to 127.0.0.1, an address inside",
        "localhost leads to ::1, an address inside",
    )


def test_a_private_source_may_not_send_us_to_another_port_inside(newsroom: Newsroom, desk):
    newsroom.put_feed(
        "/feed", item(f"http://127.0.0.1:{desk.getsockname()[1]}/admin", "Door", "Some words of the feed.")
    )

    collected = poll(newsroom.source("/feed"))

    assert nobody_connected(desk)
    assert collected.reports[0].reason == "1 of 1 page failed: 127.0.0.1 leads to 127.0.0.1, an address inside"
    assert [article.title for article in collected.articles] == ["Door"]


def test_a_private_source_does_not_open_the_way_for_another(newsroom: Newsroom):
    newsroom.put_feed("/feed", item("https://ilma.example/a", "A", "Words."))
    private = newsroom.source("/feed", "Radio Tarn", follow=False)
    public = newsroom.source("/feed", "Karsk Wire", follow=False, allow_private=False)

    first, second = poll(private, public).reports

    assert (first.status, second.status) == (Status.OK, Status.FAILED)
    assert len(newsroom.asked) == 1
