"""Retail: orders, customers and products of a shop."""
