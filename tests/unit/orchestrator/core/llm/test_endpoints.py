import pytest

from seawright_orchestrator.core.llm.endpoints import objection_to


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000/v1", "http://localhost/v1", "http://[::1]:9/v1", "http://127.9.9.9/v1"],
)
def test_loopback_may_be_asked_where_nothing_is_allowed(url: str):
    assert objection_to(url, [""]) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/v1",
        "https://example.com/v1",
        "http://0.0.0.0/v1",
        "http://127.0.0.1.example.com/v1",
        "file:///etc/passwd",
        "http://key@127.0.0.1/v1",
        "http://127.0.0.1/v1?x=1",
        "http://127.0.0.1:99999/v1",
        "ftp://localhost/v1",
        "",
        "http:///v1",
    ],
)
def test_what_is_not_loopback_or_no_plain_address_may_not(url: str):
    assert objection_to(url, []) is not None


def test_a_list_of_hosts_replaces_loopback():
    allowed = ["api.example.com", "models.example.com:8443"]
    assert objection_to("https://API.example.com/v1", allowed) is None
    assert objection_to("https://models.example.com:8443/v1", allowed) is None
    assert objection_to("https://models.example.com/v1", allowed) is not None
    assert objection_to("http://127.0.0.1/v1", allowed) is not None
