"""The Model Context Protocol: saved queries, search, descriptions and SPARQL as tools of an assistant."""
