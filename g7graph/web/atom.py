"""Changes as an Atom feed (RFC 4287), older ones in archives (RFC 5005 §4)."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from g7graph import __version__, vocab
from g7graph.exports import characters
from g7graph.web.changes import STREAM, Change, Held, place, whole
from g7graph.web.citation import citation
from g7graph.web.context import language, link, say

_ATOM = "http://www.w3.org/2005/Atom"
_HISTORY = "http://purl.org/syndication/history/1.0"
_PROGRAM = "g7graph"
#: The moment of a feed in which nothing has happened.
_NEVER = "1970-01-01T00:00:00Z"


def feed(held: Held) -> bytes:
    """Write the changes of a document as a feed in the language of the request."""
    root = Element("feed", {"xmlns": _ATOM, "xmlns:fh": _HISTORY, "xml:lang": language()})
    for name, text in (("id", STREAM), ("title", say("changes")), ("updated", _updated(held))):
        SubElement(root, name).text = text
    for name in _authors():
        SubElement(SubElement(root, "author"), "name").text = name
    SubElement(root, "generator", {"uri": vocab.BASE, "version": __version__}).text = _PROGRAM
    for relation, address in _links(held).items():
        media_type = "text/html" if relation == "alternate" else "application/atom+xml"
        SubElement(root, "link", {"rel": relation, "type": media_type, "href": address})
    if held.archive:
        SubElement(root, "fh:archive")
    for change in held.changes:
        _entry(root, change)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return characters.allowed(written) + b"\n"


def _authors() -> tuple[str, ...]:
    """Return those who made the dataset; a feed has an author (RFC 4287 §4.1.1): the program where none is named."""
    cited = citation()
    return cited.authors if cited else (_PROGRAM,)


def _updated(held: Held) -> str:
    return held.changes[0].when if held.changes else _NEVER


def _links(held: Held) -> dict[str, str]:
    """Return the documents that one leads to, by relation, as whole addresses."""
    found = {"self": place("atom", held.archive), "alternate": place("", held.archive)}
    if held.archive:
        found["current"] = place("atom", 0)
    if held.before:
        found["prev-archive"] = place("atom", held.before)
    if held.after:
        found["next-archive"] = place("atom", held.after)
    return {relation: whole(address) for relation, address in found.items()}


def _entry(root: Element, change: Change) -> None:
    entry = SubElement(root, "entry")
    for name, text in (("id", change.iri), ("title", change.label), ("updated", change.when)):
        SubElement(entry, name).text = text
    SubElement(entry, "category", {"term": change.kind, "label": say(f"changes_{change.kind}")})
    where = link(change.iri)
    if where:
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": whole(where)})
    if change.text or not where:  # an entry that leads nowhere has content (RFC 4287 §4.1.2)
        SubElement(entry, "summary" if where else "content").text = change.text or change.label
