"""The framework as IATI activities, one file."""

from __future__ import annotations

from collections.abc import Iterator

from g7graph.dumps.about import About
from g7graph.dumps.folder import Folder
from g7graph.exports import activities as exported
from g7graph.exports.manifest import Dump
from g7graph.iati.activities import activities
from g7graph.store import Store

PART = "activities"
NAME = f"{PART}.xml"


def write(store: Store, about: About, folder: Folder) -> Iterator[Dump]:
    """Write the activities to a folder and yield the file; nothing where there are none."""
    found = activities(store, about.reporter).activities
    if found:
        folder.told(NAME)
        path = folder.path / NAME
        path.write_bytes(exported.xml(found, modified=about.modified))
        yield folder.listed(path, PART, exported.MEDIA_TYPE, conforms_to=exported.STANDARD)
