"""Which web addresses may be fetched: every special address is refused in every spelling, every public one is taken."""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qa.core.errors import FetchError, UserError
from qa.intake.fetch.addresses import Allowed, parse_address, special, system_resolver, vet

NONE = Allowed()

# The registries of IANA as they stand, written down apart from the code that is tested.
SPECIAL_V4 = """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4""".split()
SPECIAL_V6 = """::/8 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20
5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 ::ffff:0:0/96 4000::/2 8000::/1""".split()
NETWORKS = [ipaddress.ip_network(n) for n in SPECIAL_V4 + SPECIAL_V6]


def within(network):
    return st.integers(int(network[0]), int(network[-1])).map(type(network[0]))


special_v4 = st.sampled_from(SPECIAL_V4).map(ipaddress.ip_network).flatmap(within)
specials = st.sampled_from(NETWORKS).flatmap(within)
publics = st.one_of(within(ipaddress.ip_network("0.0.0.0/0")), within(ipaddress.ip_network("2000::/3"))).filter(
    lambda ip: not any(ip in network for network in NETWORKS)
)


def octal(n):
    return f"0{n:o}"


def dotted(draw, ip):
    """Return an IPv4 address as `inet_aton` reads it: one to four parts, each decimal, octal or hexadecimal."""
    count = draw(st.integers(1, 4))
    packed = list(ip.packed)
    parts = [*packed[: count - 1], int.from_bytes(packed[count - 1 :])]
    return ".".join(draw(st.sampled_from([str, hex, octal, lambda n: f"0x{n:08X}"]))(p) for p in parts)


@st.composite
def spellings(draw, ips):
    """Draw a host that some system would take for an address, and that address."""
    ip = draw(ips)
    if isinstance(ip, IPv6Address):
        return ip, draw(st.sampled_from([f"[{ip}]", f"[{ip.exploded}]", f"[{str(ip).upper()}]", f"[{ip}%25eth0]"]))
    host = draw(st.sampled_from([str, lambda i: dotted(draw, i), lambda i: f"[::ffff:{i}]", lambda i: f"[::{i}]"]))(ip)
    if draw(st.booleans()):
        wide = {ord(c): ord(c) - 0x30 + 0xFF10 for c in "0123456789"} | {ord("."): draw(st.sampled_from("。．｡"))}
        host = host.translate({k: v for k, v in wide.items() if draw(st.booleans())})
    return ip, host + draw(st.sampled_from(["", "."]))


def leads_to(ips):
    return lambda host, port: [str(ip) for ip in ips]


def never(host, port):
    raise AssertionError(f"{host} was looked up")


def vetted(url, allowed=NONE, resolve=never):
    return vet(parse_address(url), allowed, resolve)


# --- how an address is written ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c"),
        ("  HTTP://EXAMPLE.org:80/ ", "http://example.org/"),
        ("https://example.org.:8443/x", "https://example.org:8443/x"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://[2606:2800:0220::0001]/", "http://[2606:2800:220::1]/"),
        ("https://a_b.example/", "https://a_b.example/"),
        ("http://intranet/", "http://intranet/"),
    ],
)
def test_an_address_has_one_spelling(given, written):
    assert str(parse_address(given).url) == written


def test_a_long_address_is_cut_where_it_is_shown_only():
    long = parse_address("https://example.org/" + "a" * 1_000)
    assert (len(str(long)), len(str(long.url))) == (203, 1_020)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("file:///etc/passwd", "begins with file:; expected https: or http:"),
        ("ftp://example.org/", "begins with ftp:"),
        ("javascript:alert(1)", "begins with javascript:"),
        ("data:text/plain,x", "begins with data:"),
        ("gopher://example.org:70/", "begins with gopher:"),
        ("example.org/page", "https:// in front"),
        ("localhost:8080/page", "https:// in front"),
        ("//example.org/page", "https:// in front"),
        ("", "https:// in front"),
        ("http:///page", "names no host"),
        ("http:example.org", "names no host"),
        ("https://user@example.org/", "name or password"),
        ("https://user:secret@example.org/", "name or password"),
        ("https://example.org@127.0.0.1/", "name or password"),
        ("https://example.org\\@127.0.0.1/", "a character that no address has"),
        ("https://example.org/\r\nHost: x", "a character that no address has"),
        ("https://exam\u202eple.org/", "a character that no address has"),
        ("https://exa mple.org/", "names no host"),
        ("https://ex%61mple.org/", "names no host"),
        ("https://a..example/", "names no host"),
        ("https://-.example/", "names no host"),
        ("https://" + "a" * 64 + ".example/", "names no host"),
        ("https://" + "a." * 130 + "example/", "names no host"),
        ("https://example.org:22/", "port 22"),
        ("https://example.org:25/", "port 25"),
        ("https://example.org:0/", "port 0"),
        ("https://example.org:65536/", "port 65536"),
        ("https://example.org:80:80/", "is not a web address"),
        ("https://[::1/", "is not a web address"),
        ("https://example.org/" + "a" * 4_000, "at most 4,000"),
    ],
)
def test_what_is_no_web_address_is_refused_with_the_reason(url, sentence):
    with pytest.raises(FetchError) as caught:
        parse_address(url)
    assert sentence in str(caught.value)
    assert str(caught.value).isprintable()
    assert "secret" not in str(caught.value)


# --- where it leads -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    """127.0.0.1 127.8.9.10 2130706433 0x7f000001 017700000001 0x7f.1 0177.0.0.1 127.1 127.0.1 0 0.0.0.0 127.0.0.1.
    １２７.0.0.1 127。0。0。1 ①②⑦.0.0.1 10.0.0.1 172.31.255.255 192.168.1.1 100.64.0.1 169.254.169.254 192.0.0.8
    192.0.2.1 198.18.0.1 224.0.0.1 255.255.255.255 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
    [0:0:0:0:0:ffff::1] [fd00::1] [fec0::1] [fe80::1] [fe80::1%25eth0] [fd00:ec2::254] [2002:7f00:1::] [64:ff9b::7f00:1]
    [64:ff9b::5db8:d822] [64:ff9b:1::1] [2001:0:7f00:1::] [2001:10::1] [2001:20::1] [2001:db8::1] [3fff::1]
    [ff02::1]""".split(),
)
def test_no_spelling_of_a_special_address_is_let_through(host):
    with pytest.raises(FetchError):
        vetted(f"http://{host}/")


@given(spellings(specials))
def test_no_special_address_in_any_spelling_is_ever_let_through(case):
    with pytest.raises(FetchError):
        vetted(f"http://{case[1]}/")


@given(specials)
@example(IPv6Address("::ffff:8.8.8.8"))
@example(IPv4Address("100.127.255.255"))
def test_a_name_that_leads_to_a_special_address_is_refused_with_the_reason_and_the_way_out(ip):
    with pytest.raises(FetchError) as caught:
        vetted("http://name.example/", resolve=leads_to([ip]))
    assert f"leads to {ip}, which is {special(ip)}; only public addresses are fetched" in str(caught.value)
    assert "QA_ALLOW_PRIVATE=name.example" in str(caught.value)


@given(publics)
@example(IPv4Address("1.1.1.1"))
@example(IPv4Address("192.0.1.0"))
@example(IPv4Address("223.255.255.255"))
@example(IPv6Address("2606:4700::1111"))
def test_every_public_address_is_let_through_as_it_is(ip):
    host = f"[{ip}]" if ip.version == 6 else str(ip)
    assert vetted(f"http://{host}/") == (ip,)
    assert vetted("http://name.example/", resolve=leads_to([ip])) == (ip,)


@given(spellings(publics))
def test_another_spelling_of_a_public_address_is_that_address_or_refused(case):
    ip, host = case
    try:
        assert vetted(f"http://{host}/") == (ip,)
    except FetchError:
        assert host != str(ip)


@given(st.text("0123456789abcdefx.", min_size=1, max_size=16))
@example("0x7f.1")
@example("1.2.3")
def test_a_host_that_the_system_reads_as_a_number_is_never_looked_up(host):
    """The system's resolver would take "127.1" or "0x7f000001" for an address without asking anybody."""
    try:
        socket.inet_aton(host)
    except OSError:
        assume(False)
    try:
        (ip,) = vetted(f"http://{host}/", Allowed.read("0.0.0.0/0"))
    except FetchError:
        return
    assert ip.packed == socket.inet_aton(host)


@given(st.lists(publics, max_size=4), specials, st.data())
def test_one_special_record_among_public_ones_is_enough_to_refuse(others, ip, data):
    records = data.draw(st.permutations([*others, ip]))
    with pytest.raises(FetchError, match="only public addresses"):
        vetted("http://mixed.example/", resolve=leads_to(records))


def test_records_keep_their_order_and_come_once():
    records = ["2606:4700::1111", "1.1.1.1", "2606:4700::1111"]
    found = vetted("http://name.example/", resolve=lambda *_: records)
    assert [str(ip) for ip in found] == ["2606:4700::1111", "1.1.1.1"]


def test_a_record_with_a_zone_is_link_local_and_refused():
    with pytest.raises(FetchError, match="link-local"):
        vetted("http://name.example/", resolve=lambda *_: ["fe80::1%eth0"])


@pytest.mark.parametrize("problem", [socket.gaierror(-2, "Name or service not known"), UnicodeError(), TimeoutError()])
def test_a_name_that_is_not_known_is_said_to_be_so(problem):
    def fails(host, port):
        raise problem

    with pytest.raises(FetchError, match=r"nowhere\.example is not known.*Check how it is written"):
        vetted("http://nowhere.example/", resolve=fails)


def test_a_name_without_records_leads_nowhere():
    with pytest.raises(FetchError, match="leads nowhere"):
        vetted("http://empty.example/", resolve=lambda *_: [])


def test_the_systems_resolver_gives_addresses_as_text():
    assert "127.0.0.1" in system_resolver("127.0.0.1", 80)


# --- what is allowed by name --------------------------------------------------------------------------------------


def test_a_name_that_is_allowed_may_lead_anywhere_and_no_other_name_may():
    allowed = Allowed.read("Wiki.example., other.example")
    assert vetted("http://wiki.example/", allowed, leads_to(["10.0.0.1", "1.1.1.1"]))
    for host in ("wiki.example.org", "sub.wiki.example", "xwiki.example"):
        with pytest.raises(FetchError):
            vetted(f"http://{host}/", allowed, leads_to(["10.0.0.1"]))


def test_a_network_that_is_allowed_covers_its_addresses_whatever_leads_there():
    allowed = Allowed.read(" 10.1.0.0/16,fd00::/8, 127.0.0.1 ,")
    assert vetted("http://10.1.2.3/", allowed)
    assert vetted("http://[fd12::1]/", allowed)
    assert vetted("http://wiki.example/", allowed, leads_to(["10.1.9.9", "127.0.0.1"]))
    for host in ("10.2.0.1", "127.0.0.2", "[fe80::1]", "[::ffff:10.1.2.3]"):
        with pytest.raises(FetchError):
            vetted(f"http://{host}/", allowed)


@given(special_v4)
def test_allowing_a_translator_does_not_allow_what_is_behind_it(ip):
    """NAT64 for public IPv4 is what some networks need; through it 127.0.0.1 is still 127.0.0.1."""
    allowed = Allowed.read("64:ff9b::/96, 2002::/16, 2001::/32, ::ffff:0:0/96, ::/96, ::ffff:0:0:0/96")
    tunnels = [f"64:ff9b::{ip}", f"::ffff:{ip}", IPv6Address(0x2002 << 112 | int(ip) << 80)]
    tunnels.append(IPv6Address(0x20010000 << 96 | int(ip) << 64 | 0xF5FFFFFF))
    for tunnel in tunnels:
        with pytest.raises(FetchError):
            vetted(f"http://[{tunnel}]/", allowed)
    assert vetted("http://[64:ff9b::8.8.8.8]/", allowed)


@pytest.mark.parametrize(
    "setting", ["10.0.0.1/8", "*.example", "http://wiki.example", "127.1", "a b", "wiki.example:80"]
)
def test_an_allowance_that_cannot_be_understood_is_refused_by_name(setting):
    with pytest.raises(UserError, match=r"QA_ALLOW_PRIVATE names.*expected names and networks"):
        Allowed.read(f"fine.example, {setting}")
