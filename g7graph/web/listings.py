"""What points to the things that were asked for last: of those with more than a page it is kept for who asks next."""

from __future__ import annotations

from collections import OrderedDict

from pyoxigraph import NamedNode

from g7graph.pointing import PAGE, Hubs, Listing, listed
from g7graph.web.asks import Asked

_KEPT_BYTES = 16_000_000


class Listings:
    """The listings used last, up to a number of bytes; those of `hubs` were made before."""

    def __init__(self, hubs: Hubs, most: int = _KEPT_BYTES) -> None:
        self._hubs = hubs
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[str, Listing] = OrderedDict()

    def of(self, store: Asked, thing: NamedNode, number: int) -> Listing:
        """Return what points to a thing, of which a page is wanted."""
        if thing.value in self._kept:
            self._kept.move_to_end(thing.value)
            return self._kept[thing.value]
        hub = self._hubs.get(thing.value)
        if hub and hub.has(number):
            return hub
        listing = listed(store.tsv, thing, union=store.union)
        if listing.total > PAGE:
            self._kept[thing.value] = listing
            self._bytes += listing.size
            while self._bytes > self._most:
                self._bytes -= self._kept.popitem(last=False)[1].size
        return listing
