"""The airline domain: state, tools, policy text, generated airlines."""
