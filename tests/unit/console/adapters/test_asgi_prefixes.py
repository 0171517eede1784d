import httpx
from fastapi import FastAPI, Request, Response

from seawright_console.adapters.asgi_prefixes import ROOT, Prefixes
from seawright_shared.web.create_app import create_app


def app_called(name: str) -> FastAPI:
    app = FastAPI(title=name)

    @app.get("/{rest:path}")
    async def echo(request: Request, rest: str) -> dict[str, str]:
        return {"app": name, "path": rest, "query": str(request.query_params)}

    return app


async def asked(path: str) -> dict[str, str]:
    prefixes = Prefixes({ROOT: app_called("root"), "one": app_called("one")})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=prefixes), base_url="http://embedded"
    ) as client:
        return (await client.get(path)).json()


async def test_a_prefix_leads_to_its_application_which_sees_the_path_as_if_alone():
    assert await asked("/one/v1/tasks?limit=3") == {
        "app": "one",
        "path": "v1/tasks",
        "query": "limit=3",
    }


async def test_a_prefix_alone_is_the_application_s_own_root():
    assert (await asked("/one"))["app"] == "one"
    assert (await asked("/one/"))["path"] == ""


async def test_everything_else_is_the_root_s():
    assert (await asked("/"))["app"] == "root"
    assert (await asked("/onesie/v1"))["app"] == "root"


async def test_applications_may_be_added_later():
    apps = {ROOT: app_called("root")}
    prefixes = Prefixes(apps)
    apps["two"] = app_called("two")
    transport = httpx.ASGITransport(app=prefixes)
    async with httpx.AsyncClient(transport=transport, base_url="http://embedded") as client:
        assert (await client.get("/two/x")).json()["app"] == "two"


def app_that_creates() -> FastAPI:
    app = create_app("toy", [])

    @app.post("/v1/orders", status_code=201)
    async def create(response: Response) -> None:
        response.headers["Location"] = "/v1/orders/1"

    return app


async def test_a_created_thing_is_found_where_its_location_leads():
    prefixes = Prefixes({ROOT: app_called("root"), "one": app_that_creates()})
    transport = httpx.ASGITransport(app=prefixes)
    async with httpx.AsyncClient(transport=transport, base_url="http://embedded") as client:
        made = await client.post("/one/v1/orders")
        assert made.headers["location"] == "/one/v1/orders/1"


async def test_a_problem_names_the_whole_path_as_its_instance():
    prefixes = Prefixes({ROOT: app_called("root"), "one": app_that_creates()})
    transport = httpx.ASGITransport(app=prefixes)
    async with httpx.AsyncClient(transport=transport, base_url="http://embedded") as client:
        refused = [
            await client.get("/one/v1/nothing"),
            await client.post("/one/v1/orders", content=b"{", headers={"content-encoding": "x"}),
        ]
    assert [each.json()["instance"] for each in refused] == ["/one/v1/nothing", "/one/v1/orders"]
