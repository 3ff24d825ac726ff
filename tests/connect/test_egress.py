# SPDX-License-Identifier: Apache-2.0
"""Addresses that others have written lead to single machines on the public network, or nowhere."""

import pytest

from taktloom.connect.egress import AddressRefusedError, public_address, require_url

PUBLIC = ("93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8")
OWN = (
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2001:db8::1",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_taken(address: str) -> None:
    assert public_address("x.test", 443, may_be_private=False, resolve=lambda *_: [address]) == address


@pytest.mark.parametrize("address", OWN)
def test_an_address_of_the_own_network_is_refused_even_beside_a_public_one(address: str) -> None:
    for found in ([address], [PUBLIC[0], address]):
        with pytest.raises(AddressRefusedError):
            public_address("x.test", 443, may_be_private=False, resolve=lambda *_, found=found: found)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "0", "::1"])
def test_another_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        public_address(host, 80, may_be_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x.test",
        "http://user@x.test",
        "http://",
        "//x.test",
        "http://x.test:0",
        "http://[::1",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        require_url(url)
