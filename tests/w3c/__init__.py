"""The W3C's SPARQL tests, run over HTTP against this project's server, a peer or any other service.

    python -m tests.w3c --rdf-tests DIR --server ours|oxigraph|URL [--group GROUP] [--verbose]

`DIR` is the `sparql` folder of a checkout of the W3C's rdf-tests, read where it lies. The cases are those that
`sparql10/manifest.ttl` and `sparql11/manifest-all.ttl` lead to; no case is named here, left out or treated in its own
way, but for the service descriptions, which the suite gives as prose.

- An entailment regime is printed as not applicable. What needs another host (SERVICE, LOAD) counts as failed and says
  so.
- A positive syntax case passes where the request is carried out (2xx): over HTTP a refusal to evaluate looks like a
  refusal to parse. The suite gives these cases no data; a graph that such an update clears or drops is there before.
- Terms are compared by datatype and value where they are numbers or booleans, by their text otherwise; blank nodes one
  to one; the order of rows where the query orders them; REDUCED as the suite's lax cardinality.
- A figure "of 490" is met where only `sparql11/manifest.ttl` counts (query 338 with the result formats, update 157),
  without the five cases whose update loads a document from another host.
"""
