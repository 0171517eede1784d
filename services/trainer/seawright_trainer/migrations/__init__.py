"""The history of the trainer's tables."""
