"""Port implementations, one technology each."""
