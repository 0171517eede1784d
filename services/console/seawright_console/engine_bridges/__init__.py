"""Scripts that an engine's own Python runs: nothing of this project is installed there."""
