"""What the model is asked, role by role."""
