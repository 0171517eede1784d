"""Samples the agent, token by token, by policy version."""
