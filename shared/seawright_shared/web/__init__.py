"""The web kit: application factory, problems, health, pages, events."""
