"""Attempts that failed, counted by who made them; after a few, waiting, twice as long each time.

Time is monotonic: a clock that is set back or forward changes no wait. A guess at a password is counted in four ways,
each with some free: for one name from one place, over all names from that place, the same two from the larger network
around it, and for the name from anywhere. So neither one host, nor a subscriber with 65,536 networks of their own, nor
many of them together get more than a few guesses.

The last three would let a stranger lock somebody out, so they do not count for whoever has logged in before: from a
browser that a login has marked with a signed cookie, which has a count of its own, so that not even a neighbour's
guesses from the same address keep its owner waiting; or from a place from which that name has logged in since the
service started. What is left: during an attack, a new browser in a new place waits with the strangers.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

WINDOW = 15 * 60.0  # seconds: failures count together within it, and nobody waits longer
FIRST_WAIT = 30.0  # seconds after the last free failure
REMEMBERED = 10_000  # keys; the ones that failed longest ago are forgotten first
NETWORK = {4: 24, 6: 48}  # bits of the larger network: what one subscriber, or one small office, may have

Key = tuple[str, ...]


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


class Throttle:
    """Counts attempts per key. An attempt counts as failed from its start, so that many at once gain nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[Key, _Failures] = OrderedDict()

    def attempt(self, limits: dict[Key, int]) -> int:
        """Return the seconds to wait first, 0 when this attempt may go on; `limits` are each key's free failures."""
        now = self._clock()
        wait = max(self._wait(key, free, now) for key, free in limits.items())
        if wait > 0:
            return math.ceil(wait)
        for key, free in limits.items():
            known = self._failures.pop(key, None)
            if known is None or now - known.last > max(WINDOW, 2 * _pause(known.count, free)):
                known = _Failures(0, now)
            self._failures[key] = _Failures(known.count + 1, now)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)
        return 0

    def succeeded(self, limits: dict[Key, int], forget: Key) -> None:
        """Take the attempt back; `forget` the failures before it too."""
        self._failures.pop(forget, None)
        for key in limits:
            if known := self._failures.get(key):
                known.count -= 1

    def _wait(self, key: Key, free: int, now: float) -> float:
        known = self._failures.get(key)
        return known.last + _pause(known.count, free) - now if known else 0.0


def _pause(count: int, free: int) -> float:
    return 0.0 if count < free else min(WINDOW, FIRST_WAIT * 2.0 ** min(count - free, 30))


def origin_of(address: str) -> str:
    """Return what counts as one place on the network: an IPv4 address, or the /64 that an IPv6 subscriber has."""
    return _around(address, {4: 32, 6: 64}).removesuffix("/32")


def network_of(place: str) -> str:
    """Return the larger network around a place, or around an address."""
    return _around(place.partition("/")[0], NETWORK)


def _around(address: str, bits: dict[int, int]) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    parsed = (parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None) or parsed
    return str(ipaddress.ip_network((parsed.packed, bits[parsed.version]), strict=False))
