"""Domains: state, tools, policy text and the synthesis adapter, one folder each."""
