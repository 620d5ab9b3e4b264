"""How a framework is served: what an operator chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from g7graph import i18n
from g7graph.build import MEMORY
from g7graph.store.federation import NONE, Federation
from g7graph.store.limits import Limits

#: The most processes that clients are connected to; there is one for each core.
MOST_FRONTS = 4


@dataclass(frozen=True)
class Options:
    """What an operator chooses; port 0 is any free one, `store` as `open_store` takes it.

    With `tokens` (name of a writer → token) the data can be written; without, it is read-only. `access_log` is a file,
    `-` for standard error, empty for none; `behind_proxy` is how many proxies forwarded headers are believed of;
    `federation` says which other services queries may ask; `dumps` is the folder of the files to download. What is not
    `live` answers for a frozen copy.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    store: str = MEMORY
    lang: str = i18n.DEFAULT
    limits: Limits = field(default_factory=Limits)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    access_log: str = ""
    log_address: str = "network"
    behind_proxy: int = 0
    federation: Federation = NONE
    dumps: Path | None = None
    live: bool = True

    @property
    def writable(self) -> bool:
        """Whether the data can be written."""
        return bool(self.tokens)
