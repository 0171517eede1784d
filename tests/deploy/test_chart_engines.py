"""The chart's engines are started as `seawright engine` starts them, and services find them."""

import json
from pathlib import Path

import pytest
import yaml

from seawright_console.adapters.engine_servers import MODULES
from seawright_console.core.engines import RECIPES, EngineName, EngineOrder, arguments_of
from tests.deploy.manifests import (
    CHART,
    VALUES,
    Manifest,
    component,
    environment,
    of_kind,
    pods,
    render,
    render_with,
)

ENGINES: tuple[EngineName, ...] = ("vllm", "sglang")
WITH_ENGINES = [
    values for values in sorted(VALUES) if "vllm" in {component(m) for m in render(values)}
]
PORTS = {"vllm": 8200, "sglang": 8300}


def server(values: str, engine: str) -> Manifest:
    (one,) = pods(render(values))[engine]["spec"]["containers"]
    return one


def options(values: str, engine: str) -> dict[str, object]:
    path = VALUES[values]
    assert path is not None
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())["engines"][engine]
    return defaults | yaml.safe_load(path.read_text())["engines"][engine]


def test_the_gpu_values_have_both_engines():
    assert WITH_ENGINES == ["node-8gpu", "paper-10node", "paper-8node"]


@pytest.mark.parametrize("values", WITH_ENGINES)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_flags_are_those_of_the_console_on_cuda(values: str, engine: EngineName):
    chosen = options(values, engine)
    order = EngineOrder(
        model=Path(str(chosen["path"])),
        name=str(chosen["model"]),
        device="cuda",
        host="0.0.0.0",
        port=PORTS[engine],
        context_tokens=int(str(chosen["contextTokens"])),
        turns=int(str(chosen["turns"])),
        dtype=str(chosen["dtype"]),
    )
    several = int(str(chosen["gpus"])) > 1
    extra = [f"--tensor-parallel-size={chosen['gpus']}"] if several else []
    one = server(values, engine)
    assert sorted(one["args"]) == sorted([*arguments_of(engine, order), *extra])
    assert one["command"] == ["python3", "-m", MODULES[engine]]


@pytest.mark.parametrize("values", WITH_ENGINES)
@pytest.mark.parametrize("engine", ENGINES)
def test_image_and_environment_are_the_recipes(values: str, engine: EngineName):
    recipe = RECIPES[engine, "cuda"]
    one = server(values, engine)
    assert one["image"].endswith(f":v{recipe.version}")
    given = {name: entry.get("value") for name, entry in environment(one).items()}
    assert recipe.environment.items() <= given.items()


@pytest.mark.parametrize("values", WITH_ENGINES)
def test_an_engine_has_its_gpus_a_cache_of_its_own_and_reads_published_weights(values: str):
    for engine in ENGINES:
        one = server(values, engine)
        gpus = str(options(values, engine)["gpus"])
        assert one["resources"]["limits"]["nvidia.com/gpu"] == gpus
        assert one["resources"]["requests"]["nvidia.com/gpu"] == gpus
        mounts = {mount["mountPath"]: mount for mount in one["volumeMounts"]}
        assert {"/cache", "/dev/shm", "/tmp"} <= set(mounts)
        # Under the path where the trainer writes them.
        assert mounts["/var/lib/seawright"]["readOnly"] is True
        runs = environment(pods(render(values))["trainer"]["spec"]["containers"][0])[
            "SEAWRIGHT_TRAINER_RUNS_DIR"
        ]
        assert runs["value"].startswith("/var/lib/seawright/")


@pytest.mark.parametrize("values", WITH_ENGINES)
def test_the_policy_knows_every_replica_by_name(values: str):
    (policy,) = pods(render(values))["policy"]["spec"]["containers"]
    given = environment(policy)
    urls = json.loads(given["SEAWRIGHT_POLICY_ENGINE_URLS"]["value"])
    assert len(urls) == len(set(urls)) == int(str(options(values, "vllm")["replicas"]))
    (service,) = [m for m in of_kind(render(values), "Service") if component(m) == "vllm"]
    assert service["spec"]["clusterIP"] == "None"
    (engines,) = [m for m in of_kind(render(values), "StatefulSet") if component(m) == "vllm"]
    name, headless = engines["metadata"]["name"], engines["spec"]["serviceName"]
    assert headless == service["metadata"]["name"]
    assert urls[0] == f"http://{name}-0.{headless}:8200"
    models = json.loads(given["SEAWRIGHT_POLICY_MODELS"]["value"])
    assert models == {options(values, "vllm")["model"]: options(values, "vllm")["path"]}


@pytest.mark.parametrize(("values", "num_gpus"), [("node-8gpu", 8), ("paper-8node", 64)])
def test_the_gpus_of_a_values_file_are_not_more_than_its_name_says(values: str, num_gpus: int):
    sampling = sum(
        int(str(options(values, e)["gpus"])) * int(str(options(values, e)["replicas"]))
        for e in ENGINES
    )
    (trainer,) = pods(render(values))["trainer"]["spec"]["containers"]
    training = int(trainer["resources"]["limits"].get("nvidia.com/gpu", 0))
    assert sampling + training <= num_gpus
    assert sampling >= num_gpus // 4


def test_without_engines_the_policy_samples_by_itself_and_users_are_scripted():
    given = pods(render_with({}))
    assert "vllm" not in given
    policy = environment(given["policy"]["spec"]["containers"][0])
    assert "SEAWRIGHT_POLICY_ENGINE" not in policy
    users = environment(given["user-simulator"]["spec"]["containers"][0])
    assert "SEAWRIGHT_USER_SIMULATOR_MODEL_URL" not in users
