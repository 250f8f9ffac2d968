"""Web addresses: which may be fetched, and whether where a name leads is public. Opens no connection.

A page's address comes from anybody, and this machine reaches places that they do not: itself, the local network, a
cloud's keys. So an address is written in one spelling or refused, and every IP address that its name leads to must be
public, or allowed by name (QA_ALLOW_PRIVATE). What is vetted here is what `dial.py` dials.

Not known: networks that translate addresses by a prefix of their own, which looks like any public one.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import httpx

from qa.core.errors import FetchError, UserError

MAX_LENGTH = 4_000  # characters of an address; browsers and servers take little more
MAX_SHOWN = 200  # of those in a message
PORTS = {"http": 80, "https": 443}
FREE_PORTS = range(1024, 65_536)  # below are mail, shells and the like, which may take a request for commands

IPAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Iterable[str]]

_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")  # what the system would read as an IPv4 address
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!\d)")

# The registries of special addresses (RFC 6890 and after), since `ipaddress` knows some of them only, more in newer
# versions of Python. The first that fits gives the reason.
_SPECIAL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("this machine itself", ("127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128")),
    ("a private network", ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")),
    ("link-local, where clouds keep their keys", ("169.254.0.0/16", "fe80::/10")),
    ("a provider's inner network", ("100.64.0.0/10",)),
    ("an IPv4 address written as IPv6", ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96")),
    ("an IPv4 address behind a translator (NAT64)", ("64:ff9b::/96", "64:ff9b:1::/48")),
    ("an IPv4 address behind a tunnel (6to4, Teredo)", ("2002::/16", "2001::/32", "192.88.99.0/24")),
    ("kept for documentation", ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")),
    ("kept for protocols and tests", ("192.0.0.0/24", "198.18.0.0/15", "2001::/23", "100::/64", "5f00::/16")),
    ("for many receivers at once", ("224.0.0.0/4", "ff00::/8")),
    ("reserved", ("240.0.0.0/4",)),
)
_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), reason) for reason, networks in _SPECIAL for network in networks
)
_PUBLIC = IPv6Network("2000::/3")  # all of IPv6 that has been given out
_LAST_32_BITS = tuple(map(IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in its one spelling. `host` is lower-case ASCII: a name, or an IP address without brackets."""

    url: httpx.URL
    host: str
    port: int

    @property
    def ip(self) -> IPAddress | None:
        """Return the IP address that stands there instead of a name."""
        return ip_of(self.host)

    def __str__(self) -> str:
        """Return the address as it is shown to people: what is very long is cut."""
        return _shown(str(self.url))


@dataclass(frozen=True, slots=True)
class Allowed:
    """Exceptions that may be fetched although they are not public: names, wherever they lead, and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, setting: str) -> Allowed:
        """Read names and networks with commas between, as in QA_ALLOW_PRIVATE. Raises UserError."""
        names, networks = set(), []
        for entry in filter(None, (e.strip() for e in setting.split(","))):
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError:
                name = entry.lower().removesuffix(".")
                if not _NAME.fullmatch(name) or _NUMBER.fullmatch(name):
                    raise UserError(
                        f"QA_ALLOW_PRIVATE names {entry!r}; expected names and networks with commas between, such as "
                        "wiki.example, 10.1.0.0/16."
                    ) from None
                names.add(name)
        return cls(frozenset(names), tuple(networks))

    def permits(self, host: str, ip: IPAddress) -> bool:
        if host in self.names or special(ip) is None:
            return True
        return any(ip in network for network in self.networks) and all(self.permits(host, i) for i in _inner(ip))


def parse_address(text: str) -> Address:
    """Return a web address that may be asked for, as far as its spelling says. Raises FetchError."""
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise FetchError(f"The address has {len(text):,} characters; at most {MAX_LENGTH:,} are taken.")
    if not text.isprintable() or "\\" in text:
        raise FetchError(f"{_shown(text)} holds a character that no address has. Copy it again.")
    if not _SCHEME.match(text):
        raise FetchError(f"{_shown(text)} is not a whole web address. Write it with https:// in front.")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise FetchError(f"{_shown(text)} is not a web address ({error}). Copy it again.") from None
    if url.scheme not in PORTS:
        raise FetchError(f"{_shown(text)} begins with {url.scheme}:; expected https: or http:.")
    if url.userinfo:
        raise FetchError("The address holds a name or password before an @. Only pages that need none are fetched.")
    host = _host(url, text)
    port = PORTS[url.scheme] if url.port is None else url.port
    if port not in PORTS.values() and port not in FREE_PORTS:
        raise FetchError(f"{_shown(text)} names port {port}; pages are on 80, 443, or {FREE_PORTS[0]} and above.")
    return Address(url.copy_with(host=host, fragment=None), host, port)


def vet(address: Address, allowed: Allowed, resolve: Resolver) -> tuple[IPAddress, ...]:
    """Return the IP addresses that it leads to, all of them permitted. Raises FetchError."""
    named = [address.host] if address.ip else dict.fromkeys(_resolved(address, resolve))
    found = [ip_of(text.partition("%")[0]) for text in named]
    ips = tuple(ip for ip in found if ip)
    if not ips or len(ips) < len(found):
        raise FetchError(f"{address} leads nowhere: {address.host} has no address. Check how it is written.")
    for ip in ips:
        if not allowed.permits(address.host, ip):
            raise FetchError(
                f"{address} leads to {ip}, which is {special(ip)}; only public addresses are fetched. If it is meant, "
                f"allow it: QA_ALLOW_PRIVATE={address.host}"
            )
    return ips


def special(ip: IPAddress) -> str | None:
    """Say why an IP address is not public, in a few words; None when it is."""
    for network, reason in _NETWORKS:
        if ip in network:
            return reason
    return None if ip.is_global and (ip.version == 4 or ip in _PUBLIC) else "not public"


def ip_of(text: str) -> IPAddress | None:
    """Return an IP address that means the same everywhere: none in octal, none with a zone of this machine."""
    try:
        return ipaddress.ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Resolve a name with the system's resolver."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _host(url: httpx.URL, text: str) -> str:
    host = url.raw_host.decode("ascii").lower().removesuffix(".")
    if ip := ip_of(host):
        return str(ip)
    if _NUMBER.fullmatch(host) or ":" in host:
        raise FetchError(f"{_shown(text)} names a machine by a number; write its name, or four plain decimals.")
    if not _NAME.fullmatch(host):
        raise FetchError(f"{_shown(text)} names no host that can be. Copy it again.")
    return host


def say_why(error: Exception) -> str:
    """Return why a connection failed, without the number that the system gives it."""
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error))


def _resolved(address: Address, resolve: Resolver) -> Iterable[str]:
    try:
        return resolve(address.host, address.port)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{address} cannot be found: {address.host} is not known ({say_why(error)}). Check how it is "
            "written, and the connection."
        ) from error


def _inner(ip: IPAddress) -> Iterator[IPv4Address]:
    """Return the IPv4 addresses that packets to an IPv6 address end up at."""
    if isinstance(ip, IPv6Address):
        if any(ip in network for network in _LAST_32_BITS):
            yield IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip.sixtofour:
            yield ip.sixtofour
        yield from ip.teredo or ()


def _shown(text: str) -> str:
    """Return an address as it was given, short and printable."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:MAX_SHOWN])
    return plain if len(text) <= MAX_SHOWN else plain + "..."
