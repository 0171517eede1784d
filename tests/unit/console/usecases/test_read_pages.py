from seawright_console.usecases.read_pages import read_all
from seawright_shared.contracts.pages import Page


async def numbers(cursor: str | None) -> Page[int]:
    first = int(cursor or 0)
    data = list(range(first, min(first + 3, 10)))
    return Page(data=data, next_cursor=str(first + 3), has_more=first + 3 < 10)


async def test_all_pages_are_read_in_order():
    assert await read_all(numbers) == list(range(10))


async def test_no_more_than_asked_is_returned():
    assert await read_all(numbers, most=4) == [0, 1, 2, 3]
