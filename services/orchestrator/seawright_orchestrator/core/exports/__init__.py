"""What an export of a dataset version holds: columns, rows, splits, header."""
