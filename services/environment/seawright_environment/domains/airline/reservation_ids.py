"""Ids of reservations: six digits and capital letters, each the name of one number."""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 6
NUM_IDS = len(DIGITS) ** LENGTH


def spelled(number: int) -> str:
    """Return the id of a number below `NUM_IDS`."""
    letters: list[str] = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(DIGITS))
        letters.append(DIGITS[digit])
    return "".join(reversed(letters))


def read(reservation_id: str) -> int | None:
    """Return the number of an id, or None where it is none."""
    if len(reservation_id) != LENGTH or set(reservation_id) - set(DIGITS):
        return None
    return int(reservation_id, len(DIGITS))
