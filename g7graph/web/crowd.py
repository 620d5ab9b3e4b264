"""Keeping room for new connections: where nearly all that a front may have are taken, idle ones are ended.

Those of the address that has the most go first, the oldest of them before the others: nobody who opens thousands and
says nothing keeps everybody else waiting. A connection on which something is asked or answered is never ended so, nor
those of a client that has a few.
"""

from __future__ import annotations

import heapq
import os
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

from g7graph.web.connections import DESCRIPTORS, Connection, connections
from g7graph.web.visitor import named

_LOOK_SECONDS = 0.25
#: A connection may be silent so long before its first request.
_SILENT_SECONDS = 1.0
_FEW = 32


def keep_room(port: int, most: int) -> None:
    """Have a thread end idle connections to our port while more than three quarters of `most` are taken."""
    if DESCRIPTORS.is_dir():
        threading.Thread(target=_keep_room, args=(port, most), daemon=True).start()


def _keep_room(port: int, most: int) -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        if len(os.listdir(DESCRIPTORS)) > most * 3 // 4:  # noqa: PTH208 - names only, and many
            there = [one for one in connections() if one.is_to(port)]
            for one in crowding(there, len(there) - most // 2):
                one.end()


def crowding(there: Sequence[Connection], count: int) -> list[Connection]:
    """Return so many idle connections, or as many as crowds have: in turn the oldest of who has most at that time."""
    taken: defaultdict[str, int] = defaultdict(int)
    idle: defaultdict[str, list[Connection]] = defaultdict(list)
    for one in there:
        taken[named(one.peer[0])] += 1
        if is_idle(one):
            idle[named(one.peer[0])].append(one)
    for some in idle.values():
        some.sort(key=lambda one: one.received)
    crowds = [(-taken[client], client) for client in idle]
    heapq.heapify(crowds)
    found: list[Connection] = []
    while crowds and len(found) < count and -crowds[0][0] > _FEW:
        have, client = heapq.heappop(crowds)
        found.append(idle[client].pop())
        if idle[client]:
            heapq.heappush(crowds, (have + 1, client))
    return found


def is_idle(one: Connection) -> bool:
    """Whether nothing was ever asked on a connection, or all that was has been answered and taken."""
    if not one.heard:
        return one.received > _SILENT_SECONDS
    return one.answered and one.sent <= one.received and not one.unsent
