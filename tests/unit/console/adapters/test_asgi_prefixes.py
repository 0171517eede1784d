import httpx
from fastapi import FastAPI, Request

from seawright_console.adapters.asgi_prefixes import ROOT, Prefixes


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
