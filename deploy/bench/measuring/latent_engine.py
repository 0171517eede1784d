"""A vLLM server that only takes time: the same tokens after the same wait, and new weights.

    python latent_engine.py PORT [--latency 1.0] [--tokens 100] [--update-seconds 0.3]

It computes next to nothing, so that what stands before it can be measured. A turn comes in ten
steps, so that weights change in the middle of turns; what was sampled by which is told.
"""

import argparse
import asyncio
from dataclasses import dataclass, field
from itertools import groupby

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

NUM_STEPS = 10
PATH = "/inference/v1/generate"


@dataclass(slots=True)
class LatentEngine:
    """One server."""

    latency: float
    num_tokens: int
    update_seconds: float
    label: str = "default"
    going: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> Starlette:
        """Return the server's application."""
        self.going.set()
        routes = {
            "/v1/models": self.models,
            "/weight_info": self.weights,
            "/metrics": self.metrics,
            "/pause": self.pause,
            "/resume": self.resume,
            "/collective_rpc": self.update,
            "/update_weight_version": self.name,
            "/reset_prefix_cache": self.reset,
            PATH: self.generate,
        }
        every = ["GET", "POST"]
        return Starlette(routes=[Route(path, at, methods=every) for path, at in routes.items()])

    async def models(self, _: Request) -> Response:
        """Answer what is served."""
        return JSONResponse({"data": [{"id": "m", "max_model_len": 1 << 20}]})

    async def weights(self, _: Request) -> Response:
        """Answer the weights in use."""
        return JSONResponse({"weight_version": self.label})

    async def metrics(self, _: Request) -> Response:
        """Answer a cache that holds everything."""
        info = 'block_size="16",num_gpu_blocks="1000000"'
        return PlainTextResponse(
            f"vllm:cache_config_info{{{info}}} 1.0\nvllm:kv_cache_usage_perc 0.1\n"
            "vllm:num_requests_waiting 0.0\nvllm:num_preemptions_total 0.0\n"
        )

    async def pause(self, _: Request) -> Response:
        """Freeze."""
        self.going.clear()
        return JSONResponse({})

    async def resume(self, _: Request) -> Response:
        """Go on."""
        self.going.set()
        return JSONResponse({})

    async def update(self, _: Request) -> Response:
        """Take time."""
        await asyncio.sleep(self.update_seconds)
        return JSONResponse({})

    async def name(self, request: Request) -> Response:
        """Rename the weights."""
        self.label = (await request.json())["new_version"]
        return JSONResponse({})

    async def reset(self, _: Request) -> Response:
        """Forget nothing: nothing is kept."""
        return JSONResponse({"success": True})

    async def generate(self, request: Request) -> Response:
        """Answer a turn, late."""
        asked = (await request.json())["sampling_params"]
        count = min(self.num_tokens, asked["max_tokens"])
        is_no_op = count == 1
        labels: list[str] = []
        for at in range(1 if is_no_op else NUM_STEPS):
            await asyncio.sleep(0 if is_no_op else self.latency / NUM_STEPS)
            await self.going.wait()
            until = count if is_no_op else count * (at + 1) // NUM_STEPS
            labels += [self.label] * (until - len(labels))
        ids = [9] * count
        if not is_no_op:
            ids[-1] = asked["stop_token_ids"][0]
        spans: list[dict[str, object]] = []
        for label, group in groupby(labels):
            start = 0 if not spans else spans[-1]["end"]
            end = sum(1 for _ in group) + int(str(start))
            spans.append({"version": label, "start": start, "end": end})
        content = [{"token_id": one, "logprob": -0.5} for one in ids]
        choice = {
            "token_ids": ids,
            "logprobs": {"content": content},
            "finish_reason": "stop",
            "weight_versions": spans,
        }
        return JSONResponse({"choices": [choice]})


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--update-seconds", type=float, default=0.3)
    given = parser.parse_args()
    engine = LatentEngine(given.latency, given.tokens, given.update_seconds)
    uvicorn.run(
        engine.app(),
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    main()
