"""The tiny base model: its recipe (generic material only) and, in `model/`, what it made."""
