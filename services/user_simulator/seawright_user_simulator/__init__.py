"""Plays the human side of an episode."""
