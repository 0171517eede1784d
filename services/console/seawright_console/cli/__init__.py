"""The command line: parses, calls one use case, shows what came back."""
