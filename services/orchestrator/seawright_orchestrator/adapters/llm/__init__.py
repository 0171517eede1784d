"""How the model is reached, and what it may look at."""
