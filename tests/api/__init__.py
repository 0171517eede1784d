"""The wire as its clients meet it."""
