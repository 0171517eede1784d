"""Typed clients, one per service, over many small connection pools."""
