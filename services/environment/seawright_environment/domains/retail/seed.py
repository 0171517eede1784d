"""Generated shops: placeholder until the catalogue stands."""

from seawright_environment.core.json_values import Tables


def generate_tables(seed: int, num_customers: int) -> Tables:
    """Return a shop."""
    del seed, num_customers
    return {"products": {}, "users": {}, "orders": {}}
