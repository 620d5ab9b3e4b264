"""Who asks, and whether they are still there: told by the kernel of real connections."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from g7graph.web.visitor import Visitor


class Meeting:
    """Connections of this process with itself, as a server has them with its clients."""

    def __init__(self, opened: ExitStack, host: str) -> None:
        self._opened = opened
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = opened.enter_context(socket.create_server((host, 0), family=family))
        self._address = self._listener.getsockname()[:2]

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """Return a client and the server's side of it, on which a request has just arrived."""
        client = self._opened.enter_context(socket.create_connection(self._address))
        server = self._opened.enter_context(self._listener.accept()[0])
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert server.recv(100)
        return client, server


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    with ExitStack() as opened:
        yield Meeting(opened, "127.0.0.1")


def visitor(address: str = "127.0.0.1", **more: object) -> Visitor:
    return Visitor({"REMOTE_ADDR": address, **more})


def test_a_client_that_waits_is_not_gone(meeting: Meeting) -> None:
    meeting.connect()
    assert visitor().gone() is False


def test_a_client_that_hung_up_is_gone(meeting: Meeting) -> None:
    client, _ = meeting.connect()
    asked = visitor()
    client.close()
    assert asked.gone() is True


def test_a_client_that_hung_up_without_a_word_is_gone(meeting: Meeting) -> None:
    client, server = meeting.connect()
    asked = visitor()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()  # with a reset
    with pytest.raises(ConnectionResetError):
        server.recv(1)
    assert asked.gone() is True


def test_while_one_of_an_address_waits_none_of_it_is_gone(meeting: Meeting) -> None:
    """Which connection a request came by is not told: nobody's work is stopped for another's going."""
    first, second = meeting.connect()[0], meeting.connect()[0]
    asked = visitor()
    first.close()
    assert asked.gone() is False
    second.close()
    assert asked.gone() is True


def test_a_descriptor_that_became_another_connection_does_not_stand_for_the_first(meeting: Meeting) -> None:
    client, server = meeting.connect()
    asked, was = visitor(), server.fileno()
    client.close()
    with Path(os.devnull).open():  # where the client's was
        server.close()
        assert was in [side.fileno() for side in meeting.connect()]
        assert asked.gone() is True


@pytest.mark.parametrize("address", ["", "192.0.2.1", "not an address"])
def test_who_is_not_known_by_a_connection_is_never_gone(meeting: Meeting, address: str) -> None:
    client, _ = meeting.connect()
    asked = visitor(address)
    client.close()
    assert asked.gone() is False


def test_behind_a_proxy_the_connection_is_the_proxys_and_the_name_is_the_clients(meeting: Meeting) -> None:
    proxy, _ = meeting.connect()
    asked = visitor("203.0.113.9", **{"werkzeug.proxy_fix.orig": {"REMOTE_ADDR": "127.0.0.1"}})
    assert (asked.name, asked.gone()) == ("203.0.113.9", False)
    proxy.close()
    assert asked.gone() is True


def test_over_ipv6_as_over_ipv4() -> None:
    with ExitStack() as opened:
        try:
            meeting = Meeting(opened, "::1")
        except OSError:
            pytest.skip("there is no IPv6 here")
        client, _ = meeting.connect()
        asked = visitor("::1")
        assert asked.gone() is False
        client.close()
        assert asked.gone() is True


def test_looking_leaves_no_descriptor_open_and_closes_none(meeting: Meeting) -> None:
    client, server = meeting.connect()
    asked = visitor()
    for _ in range(50):
        asked.gone()
    server.sendall(b"still here")
    assert client.recv(100) == b"still here"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "20010db800010002"),
        ("2001:db8:1:2:ffff::", "20010db800010002"),
        ("fe80::1%eth0", "fe80000000000000"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_client_is_counted_by_its_address_or_its_network(address: str, name: str) -> None:
    assert visitor(address).name == name
