# SPDX-License-Identifier: Apache-2.0
"""Requests to addresses that somebody else has written: never into the own network unless that is allowed.

A name is resolved once, every address that it gives must be public, and the connection goes to that very address, so
that a second answer of the name server changes nothing. Redirects are not followed and no proxy of the environment is
used. Source: OWASP, Server Side Request Forgery Prevention.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from taktloom.model.errors import InputRefusedError

SECONDS = 10.0
LONGEST_URL = 2_000
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is given out on the public network
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address
Resolve = Callable[[str, int], Sequence[str]]


class AddressRefusedError(InputRefusedError):
    """The address is none, or leads into the own network."""

    code = "TL-2802"


def require_url(url: str) -> None:
    """Raise AddressRefusedError for what is no plain http or https address."""
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        is_fine = False
    if not is_fine or len(url) > LONGEST_URL:
        raise AddressRefusedError(
            "The address is no http or https address without credentials.",
            remedy="Give one such as https://example.org/hook.",
        )


def public_address(host: str, port: int, *, may_be_private: bool, resolve: Resolve | None = None) -> str:
    """The address to connect to. Raises AddressRefusedError where any that the name gives is not public."""
    try:
        found = (resolve or _resolve)(host, port)
    except OSError as error:
        raise AddressRefusedError("The host name has no address.", remedy="Check the name.") from error
    if not found or (not may_be_private and not all(_is_public(ipaddress.ip_address(one)) for one in found)):
        raise AddressRefusedError(
            "The address leads into the own network.",
            remedy="Use a public address, or allow private ones in the settings.",
        )
    return found[0]


class Sender:
    """Sends small POST requests; reads no more of an answer than its status."""

    def __init__(self, *, may_be_private: bool, resolve: Resolve | None = None) -> None:
        self._may_be_private, self._resolve = may_be_private, resolve
        self._client = httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises AddressRefusedError, httpx.TransportError."""
        require_url(url)
        wanted = httpx.URL(url)
        port = wanted.port or (443 if wanted.scheme == "https" else 80)
        address = public_address(wanted.host, port, may_be_private=self._may_be_private, resolve=self._resolve)
        request = self._client.build_request(
            "POST",
            wanted.copy_with(host=address),
            content=content,
            headers={**headers, "Host": wanted.netloc.decode("ascii")},
            extensions={"sni_hostname": wanted.host},
        )
        answer = self._client.send(request, stream=True)
        answer.close()
        return answer.status_code

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address, and the one that it may carry for a gateway, is a single machine on the public network.

    `is_global` alone is not enough: it holds for multicast, for the old site-local block, and for addresses in which a
    gateway finds an IPv4 address of the own network (RFC 6052, RFC 3056, RFC 4291 section 2.5.5).
    """
    if isinstance(address, ipaddress.IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return _is_public(carried)
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def _resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]).partition("%")[0] for entry in found]
