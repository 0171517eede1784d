"""Verbs of synthesis: start streams, run an iteration, sample tasks."""
