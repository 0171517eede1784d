"""What user models are told of their part: one module for each kind of customer."""
