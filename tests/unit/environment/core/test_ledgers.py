"""Laws of ledgers: every record has one owner, and the shares hold in every block."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.ledgers import Ledger

SHARES = st.dictionaries(st.integers(0, 6), st.integers(1, 8), min_size=1, max_size=4).filter(any)
KEYS = st.integers(-(10**6), 10**6)


@given(SHARES, KEYS, st.integers(0, 10**7))
def test_an_owners_records_are_his_and_follow_those_of_the_owner_before(
    shares: dict[int, int], key: int, owner: int
):
    ledger = Ledger(shares, "test", key)
    records = ledger.records(owner)
    assert len(records) in shares
    assert ledger.records(owner + 1).start == records.stop
    assert [ledger.owner(record) for record in records] == [owner] * len(records)


@given(SHARES, KEYS, st.integers(0, 10**5))
def test_every_block_of_owners_has_the_shares(shares: dict[int, int], key: int, block: int):
    ledger, size = Ledger(shares, "test", key), sum(shares.values())
    owners = range(block * size, (block + 1) * size)
    assert Counter(len(ledger.records(owner)) for owner in owners) == shares


@given(SHARES, KEYS, st.integers(0, 10**8))
def test_a_record_lies_among_its_owners(shares: dict[int, int], key: int, record: int):
    ledger = Ledger(shares, "test", key)
    assert record in ledger.records(ledger.owner(record))


def test_another_key_gives_another_sequence():
    shares = {0: 20, 1: 20, 2: 20}
    one, other = Ledger(shares, "a"), Ledger(shares, "b")
    assert [one.first(n) for n in range(60)] != [other.first(n) for n in range(60)]
