"""Places to run checker source in: Monty, and sandboxed CPython processes."""
