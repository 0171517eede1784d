"""Executes tools on domain state, verifies outcomes, drafts and checks tasks."""
