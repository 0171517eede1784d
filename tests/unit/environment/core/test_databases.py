"""Databases are made once, shared, and bounded."""

import pytest

from seawright_environment.core.databases import MAX_CUSTOMERS, Databases
from seawright_environment.domains import DOMAINS
from seawright_shared.errors import InvalidRequestError, NotFoundError
from seawright_shared.records.domains import DatabaseRef


def ref(seed: int = 0, num_customers: int = 2) -> DatabaseRef:
    return DatabaseRef(domain="retail", seed=seed, num_customers=num_customers)


def test_the_same_reference_gives_the_same_object():
    databases = Databases(DOMAINS)
    assert databases.load(ref()) is databases.load(ref())
    assert databases.load(ref()) is not databases.load(ref(seed=1))


def test_the_least_recently_used_database_goes_first():
    databases = Databases(DOMAINS, max_databases=2)
    kept = databases.load(ref(0))
    gone = databases.load(ref(1))
    assert databases.load(ref(0)) is kept
    databases.load(ref(2))
    assert databases.load(ref(0)) is kept
    assert databases.load(ref(1)) is not gone


@pytest.mark.parametrize("num_customers", [0, -1, MAX_CUSTOMERS + 1])
def test_a_size_out_of_range_is_refused_by_its_field(num_customers: int):
    with pytest.raises(InvalidRequestError) as refusal:
        Databases(DOMAINS).load(ref(num_customers=num_customers))
    assert refusal.value.errors[0].pointer == "/database/num_customers"


def test_an_unknown_domain_and_absent_tau2_data_are_not_found():
    with pytest.raises(NotFoundError, match="no domain 'spa'"):
        Databases(DOMAINS).load(DatabaseRef(domain="spa"))
    with pytest.raises(NotFoundError, match="TAU2_DATA_DIR"):
        Databases(DOMAINS).load(DatabaseRef(domain="retail", source="tau2"))
