"""The process torchrun starts on every rank: `python -m seawright_trainer.worker CONFIG`."""
