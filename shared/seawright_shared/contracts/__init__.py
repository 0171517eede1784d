"""The wire: one module per service with its request and response bodies."""
