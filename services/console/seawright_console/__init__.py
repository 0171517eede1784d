"""What a person touches: the command line, the report, embedded mode."""
