"""Rules, mathematics and ports; no input or output."""
