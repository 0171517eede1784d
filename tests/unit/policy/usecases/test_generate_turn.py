import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_policy.adapters.tokenizers_codec import TokenizersCodec
from seawright_policy.core.catalogue import Catalogue, Serving
from seawright_policy.core.rendering import Renderer
from seawright_policy.core.templates import TEMPLATES, TemplateOptions
from seawright_policy.core.turns import Finish, OnToken, SampledTurn, TurnOrder
from seawright_policy.usecases.generate_turn import GenerateTurn, Prompt
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.trajectories import Sampling
from seawright_shared.stores.traces import decode_trace, samples_of
from tests.support.policy_models import tiny_renderer
from tests.support.tiny_qwen3 import tokenizer

RENDERER = tiny_renderer()
SYSTEM = Message(role="system", content="Help people.")


class ScriptedEngine:
    """Says what it is told to say, in canonical tokens."""

    def __init__(self, *turns: list[int], finish: Finish = "stop") -> None:
        self.turns = list(turns)
        self.orders: list[TurnOrder] = []
        self.finish: Finish = finish

    async def load(self, version: PolicyVersion) -> int:
        return 99

    async def switch(self, version: PolicyVersion) -> None:
        return None

    async def drop(self, model: str, version: int) -> None:
        return None

    def load_of(self) -> tuple[int, int]:
        return 0, 0

    async def sample(self, order: TurnOrder, on_token: OnToken | None = None) -> SampledTurn:
        self.orders.append(order)
        ids = self.turns.pop(0)
        return SampledTurn(
            token_ids=ids,
            logprobs=[-0.25] * len(ids),
            versions=[order.version] * len(ids),
            finish=self.finish,
        )


def catalogue(renderer: Renderer = RENDERER) -> Catalogue:
    version = PolicyVersion(model="tiny", version=4, uri="x", sha256="")
    serving = Serving(
        name="tiny", renderer=renderer, context_length=99, loaded={4: version}, current=4
    )
    return Catalogue({"tiny": serving})


def prompt(context: bytes | None, *messages: Message) -> Prompt:
    return Prompt(
        model="tiny",
        version=None,
        context=context,
        messages=list(messages),
        tools=[],
        sampling=Sampling(temperature=0.9),
    )


SPOKEN = st.builds(
    Message,
    role=st.just("assistant"),
    content=st.none() | st.text("abc xyz.", min_size=1, max_size=12),
    tool_calls=st.none()
    | st.just([ToolCall(id="?", name="find_seat", arguments={"seat_id": "K-12"})]),
)


@settings(deadline=None)
@given(turns=st.lists(st.tuples(st.text("hij ", max_size=9), SPOKEN), min_size=1, max_size=4))
async def test_the_captured_ids_are_the_rendered_ids_of_the_transcript(turns):
    engine = ScriptedEngine(*(RENDERER.template.spoken(spoken) for _, spoken in turns))
    generate = GenerateTurn(catalogue(), engine)
    context, transcript, num_calls = None, [], 0
    for heard, _ in turns:
        user = Message(role="user", content=heard)
        done = await generate(prompt(context, *([SYSTEM] if context is None else []), user))
        context = done.context.encoded()
        transcript += [user, done.message]
        for call in done.message.tool_calls or ():
            assert call.id == f"call_{num_calls}"
            num_calls += 1
    assert context is not None
    whole = RENDERER.render("Help people.", [], transcript)
    trace = decode_trace(context)
    assert trace.token_ids.tolist() == whole.token_ids
    assert trace.loss_mask.tolist() == whole.loss_mask
    assert (trace.versions[trace.loss_mask] == 4).all()
    assert (trace.logprobs[trace.loss_mask] == -0.25).all()


async def test_the_engine_is_told_where_its_cache_may_be():
    user = Message(role="user", content="hello")
    spoken = RENDERER.template.spoken(Message(role="assistant", content="abc"))
    engine = ScriptedEngine(spoken, spoken)
    generate = GenerateTurn(catalogue(), engine)
    first = await generate(prompt(None, SYSTEM, user))
    await generate(prompt(first.context.encoded(), user))
    opening = RENDERER.opening_length([SYSTEM], [])
    assert engine.orders[0].cuts == [opening]
    assert engine.orders[1].cuts == [opening, len(first.context.trace) - 1]
    ids = engine.orders[1].token_ids
    assert ids[: len(first.context.trace)] == first.context.trace.token_ids.tolist()


async def test_a_turn_cut_by_length_is_closed_before_the_next_without_loss():
    user = Message(role="user", content="go")
    engine = ScriptedEngine([300, 301], [302], finish="length")
    generate = GenerateTurn(catalogue(), engine)
    first = await generate(prompt(None, SYSTEM, user))
    second = await generate(prompt(first.context.encoded(), user))
    trace, at = second.context.trace, len(first.context.trace)
    assert trace.token_ids[at] == RENDERER.template.end_id
    assert not trace.loss_mask[at]


async def test_an_unsampled_turn_leaves_an_empty_message():
    engine = ScriptedEngine([], finish="context_full")
    done = await GenerateTurn(catalogue(), engine)(
        prompt(None, SYSTEM, Message(role="user", content="x"))
    )
    assert (done.finish, done.message) == ("context_full", Message(role="assistant"))
    assert not done.context.trace.loss_mask.any()


async def test_nothing_new_is_refused():
    engine = ScriptedEngine([300], [300])
    generate = GenerateTurn(catalogue(), engine)
    done = await generate(prompt(None, SYSTEM, Message(role="user", content="x")))
    with pytest.raises(InvalidRequestError):
        await generate(prompt(done.context.encoded()))


@settings(deadline=None, max_examples=30)
@given(
    thoughts=st.lists(st.none() | st.text("hm ", max_size=6), min_size=1, max_size=4),
    has_results=st.booleans(),
)
async def test_each_sampled_token_carries_loss_once_though_thoughts_are_taken_out(
    thoughts, has_results
):
    template = TEMPLATES["qwen3"](TokenizersCodec(tokenizer()), TemplateOptions(is_forgetful=True))
    said = [
        template.spoken(Message(role="assistant", content="abc", reasoning=thought))
        for thought in thoughts
    ]
    broken: list[bool] = []
    generate = GenerateTurn(
        catalogue(Renderer(template)), ScriptedEngine(*said), lambda: broken.append(True)
    )
    context, samples = None, []
    for at in range(len(said)):
        role = "tool" if has_results and at else "user"
        new = [Message(role=role, content="x")]
        done = await generate(prompt(context, *([SYSTEM] if context is None else []), *new))
        context = done.context.encoded()
        samples = samples_of(decode_trace(context))
    num_breaks = 0 if has_results else sum(thought is not None for thought in thoughts[:-1])
    assert len(broken) == len(samples) - 1 == num_breaks
    learned = [int(one) for trace in samples for one in trace.token_ids[trace.loss_mask]]
    assert learned == [one for turn in said for one in turn]
    if num_breaks:
        think = TokenizersCodec(tokenizer()).special("<think>")
        num_old = len(samples[-1]) - len(said[-1])
        assert think not in samples[-1].token_ids[:num_old].tolist()


async def test_all_turns_of_a_trajectory_are_one_session():
    user = Message(role="user", content="hello")
    spoken = RENDERER.template.spoken(Message(role="assistant", content="abc"))
    engine = ScriptedEngine(spoken, spoken, spoken)
    generate = GenerateTurn(catalogue(), engine)
    first = await generate(prompt(None, SYSTEM, user))
    await generate(prompt(first.context.encoded(), user))
    await generate(prompt(None, SYSTEM, Message(role="user", content="other")))
    sessions = [order.session for order in engine.orders]
    assert sessions[0] == sessions[1] != sessions[2]
