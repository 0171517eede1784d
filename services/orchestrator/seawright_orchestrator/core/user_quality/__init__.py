"""How a simulated user's episodes with the oracle agent are judged: by replay, turn for turn."""
