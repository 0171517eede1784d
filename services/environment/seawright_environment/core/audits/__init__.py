"""Audits: what is wrong or weak in a set of tau2-bench tasks, found by running it."""
