"""IATI: the framework as activities of the standard 2.03."""
