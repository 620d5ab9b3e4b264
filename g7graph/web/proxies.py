"""Behind proxies that the operator trusts: whom they forward for, and where they say that the service is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_PORT = re.compile(r"^(\[[^\]]*\]|[^:]*):\d+$")
_SCHEMES = ("http", "https")


def behind(application: WSGIApplication, proxies: int) -> WSGIApplication:
    """Return an application that believes the last so many `X-Forwarded-…` values; none at all where there are none."""
    if not proxies:
        return application
    checked = _Checked(application)
    return ProxyFix(checked, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies)


class _Checked:
    """What a proxy passes on from strangers must not lead anybody's links elsewhere."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer below the prefix where it is one, to the address where it is one."""
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if _PREFIX.fullmatch(prefix) else ""
        before = environ["werkzeug.proxy_fix.orig"]
        if environ["wsgi.url_scheme"] not in _SCHEMES:
            environ["wsgi.url_scheme"] = before["wsgi.url_scheme"]
        environ["REMOTE_ADDR"] = _address(environ.get("REMOTE_ADDR") or "") or before["REMOTE_ADDR"] or ""
        return self.application(environ, start_response)


def _address(given: str) -> str:
    """Return the address of a client as a proxy tells it, some with a port; empty where it is none.

    >>> _address("192.0.2.7:4711"), _address("[2001:db8::1]:4711"), _address("2001:db8::1"), _address("unknown")
    ('192.0.2.7', '2001:db8::1', '2001:db8::1', '')
    """
    bare = _PORT.sub(r"\1", given).strip("[]")
    try:
        return str(ip_address(bare))
    except ValueError:
        return ""
