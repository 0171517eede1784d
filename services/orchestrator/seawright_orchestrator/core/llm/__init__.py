"""The author that asks a model: prompts, answers, costs, committees; nothing here opens a socket."""
