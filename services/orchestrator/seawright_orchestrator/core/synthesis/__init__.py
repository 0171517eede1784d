"""The procedural author: plans, sampling, mining, reflection, attribution. Import from modules."""
