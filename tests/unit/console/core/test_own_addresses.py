import pytest

from seawright_console.core.own_addresses import is_own


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:8731/policy", "http://127.0.0.1:8731"),
        ("http://localhost:8731/policy", "http://127.0.0.1:8731"),
        ("http://127.0.0.1:8731/policy", "http://10.0.0.1:8731"),
        ("http://host:8731", "http://host:8731/"),
    ],
)
def test_an_address_below_the_process_is_its_own_by_any_of_its_names(url: str, own: str):
    assert is_own(url, own)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://127.0.0.1:8300",
        "http://127.0.0.1:873/policy",
        "http://elsewhere:8731/policy",
        "https://127.0.0.1:8731/policy",
        "http://127.0.0.1",
    ],
)
def test_another_port_host_or_scheme_is_somebody_elses(url: str):
    assert not is_own(url, "http://127.0.0.1:8731")
