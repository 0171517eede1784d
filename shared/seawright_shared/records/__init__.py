"""The vocabulary: frozen facts that services exchange. Import from the modules."""
