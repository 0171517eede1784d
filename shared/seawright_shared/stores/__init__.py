"""Connections and factories for SQL, Redis and blobs; no tables of any service."""
