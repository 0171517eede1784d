"""The pages that show a service's OpenAPI document; their scripts come from this machine."""

from importlib import resources
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

ASSETS = resources.files("fastapi_offline") / "static"
FOLDER = "/documentation-assets"

Asset = Literal["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "favicon.png"]


def documentation_routes(title: str) -> APIRouter:
    """Return /docs (to try) and /redoc (to read). FastAPI's own load them from elsewhere."""
    router = APIRouter(include_in_schema=False)

    def at(request: Request, path: str) -> str:
        return f"{request.scope.get('root_path', '')}{path}"

    @router.get("/docs")
    async def docs(request: Request) -> HTMLResponse:
        assets = at(request, FOLDER)
        return get_swagger_ui_html(
            openapi_url=at(request, "/openapi.json"),
            title=title,
            swagger_js_url=f"{assets}/swagger-ui-bundle.js",
            swagger_css_url=f"{assets}/swagger-ui.css",
            swagger_favicon_url=f"{assets}/favicon.png",
        )

    @router.get("/redoc")
    async def redoc(request: Request) -> HTMLResponse:
        assets = at(request, FOLDER)
        return get_redoc_html(
            openapi_url=at(request, "/openapi.json"),
            title=title,
            redoc_js_url=f"{assets}/redoc.standalone.js",
            redoc_favicon_url=f"{assets}/favicon.png",
            with_google_fonts=False,
        )

    @router.get(f"{FOLDER}/{{name}}")
    async def asset(name: Asset) -> FileResponse:
        return FileResponse(str(ASSETS / name))

    return router
