"""Plans and runs synthesis, plays episodes, assembles rollout groups, evaluates."""
