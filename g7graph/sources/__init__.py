"""Sources: what others publish, read into records or triples, with a list of what could not be read and where."""
