"""The mock domain: a task list and an inbox, small enough to read whole."""
