"""The orchestrator's tables, one module per aggregate. `metadata.py` holds them all."""
