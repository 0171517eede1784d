"""What several benchmarks share; `run.py` takes none of it for a benchmark."""
