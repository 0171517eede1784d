"""One verb per module: fetch, decide, store."""
