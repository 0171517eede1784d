"""Exports of dataset versions: as Hugging Face configs, as tau2-bench's files, to the Hub."""
