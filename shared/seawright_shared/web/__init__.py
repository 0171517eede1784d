"""The web kit: application factory, problems, health, pages, events.

    from seawright_shared.web.create_app import create_app   # the app with everything below
    from seawright_shared.web.pages import PageDep, page_of, require_key
    from seawright_shared.web.idempotency import Idempotency, Reply
    from seawright_shared.web.events import EventDep, respond_events
    from seawright_shared.stores.keyset import rows_after

    @router.get("/v1/runs")
    async def list_runs(page: PageDep) -> Page[Run]:
        query = rows_after(select(runs), [runs.c.created_at, runs.c.id], page.after, page.limit,
                           newest_first=True)
        async with database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return page_of(rows, page, lambda row: (row["created_at"].isoformat(), row["id"]), run_of)

    @router.post("/v1/runs", status_code=202, response_model=Run)
    async def create_run(spec: Spec, request: Request) -> Response:   # idempotency.once: its doc

    @router.get("/v1/runs/{run_id}/events", response_model=Page[RunEvent])
    async def events(run_id: str, params: EventDep) -> Response:
        return await respond_events(kit.events, run_id, params)

    create_app("trainer", [router], lifespan=lifespan, checks={"database": check_database},
               larger_bodies={"/v1/blobs": 64 << 20})

A check returns None when well, else a sentence; a raised fault counts as one. Routes raise
`SeawrightError`s. `Database.ping`, which raises, serves as a check after wrapping.
"""
