import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.paths import segment
from seawright_shared.clients.peer import Peer
from seawright_shared.errors import InvalidRequestError, NotFoundError


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_a_name_is_one_segment_and_comes_back_whole(name: str):
    url = httpx.URL(f"http://peer/v1/things/{segment(name)}/parts")
    assert url.path == f"/v1/things/{name}/parts"
    assert url.raw_path.count(b"/") == 4
    assert url.query == b""
    assert url.fragment == ""


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_leads_elsewhere_is_refused(name: str):
    with pytest.raises(InvalidRequestError, match="no name"):
        segment(name)


async def test_a_domain_named_like_another_route_is_not_that_route():
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(404, json={"code": "not-found", "detail": "no such domain"})

    client = EnvironmentClient(Peer("http://e", transport=httpx.MockTransport(answer)))
    with pytest.raises(NotFoundError):
        await client.domain("../env-sessions?x=1#")
    assert asked == [b"/v1/domains/..%2Fenv-sessions%3Fx%3D1%23"]
