"""Measure simulated users: draw probes, play them with the oracle agent, judge by replay."""
