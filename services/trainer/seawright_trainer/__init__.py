"""Trains agent and user models: SFT and GRPO on FSDP2."""
