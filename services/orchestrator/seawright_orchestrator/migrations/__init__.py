"""The history of the orchestrator's tables."""
