"""Planning: what a training run will need, from the model's shape and the cluster alone."""
