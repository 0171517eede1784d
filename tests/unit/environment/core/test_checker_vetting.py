"""What checker source may be made of: one refused example of each kind, and what is rewritten."""

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seawright_environment.core.checker_probes import PROBES
from seawright_environment.core.checker_vetting import (
    MAX_BYTES,
    MAX_NODES,
    RefusedSourceError,
    prepare,
    vet,
)


def check_of(*lines: str) -> str:
    return "\n".join(["def check(ctx, ck):", *(f"    {line}" for line in lines)]) + "\n"


HONEST = check_of(
    "order = ctx.final['orders']['#W1']",
    "ck.goal('cancelled', order['status'] == 'cancelled', why=f'it is {order}')",
    "ck.goal('kept', '#W2' in ctx.final['orders'] and '#W3' not in ctx.initial['orders'])",
    "for call in ctx.calls:",
    "    if call['ok'] and not call['name'] == 'x':",
    "        ck.goal('named', len(call['arguments']) > 0)",
    "ck.frame(allow=['orders/#W1/*'])",
    "ck.said(agent, money=4210)",
    "return ck.result()",
)


def test_an_honest_source_is_allowed_and_tells_what_it_asks():
    _, uses = prepare(HONEST)
    assert uses == ["calls", "final", "initial", "said"]


def test_a_table_is_read_by_id_and_by_nothing_else():
    code, _ = prepare(HONEST)
    assert "ctx.final.item('orders', '#W1')" in code
    assert "ctx.final.has('orders', '#W2')" in code
    assert "not ctx.initial.has('orders', '#W3')" in code
    for whole in ("ctx.final['orders']", "ctx.final", "len(ctx.initial['orders'])"):
        with pytest.raises(RefusedSourceError, match="read by"):
            prepare(check_of(f"x = {whole}"))


def test_the_entitys_id_may_itself_be_read_from_a_state():
    code, _ = prepare(check_of("x = ctx.final['users'][ctx.final['orders']['#W1']['user_id']]"))
    assert "ctx.final.item('users', ctx.final.item('orders', '#W1')['user_id'])" in code


REFUSED = {
    "import": "import os",
    "from": "from os import system",
    "dunder attribute": "x = ctx.__class__",
    "dunder of ck": "x = ck.__init__",
    "attribute of a value": "x = 'a'.join(['b'])",
    "attribute of a result": "x = ctx.final.path('a/b').keys",
    "attribute of an alias": "x = ck\n    x.goal('a', True)",
    "unknown attribute": "ck.cheat()",
    "own attribute": "x = ctx.ask",
    "assigned attribute": "ck.writes = 'x'",
    "deleted attribute": "del ck.writes",
    "dunder name": "x = __builtins__",
    "open": "x = open('/etc/passwd')",
    "eval": "x = eval('1')",
    "getattr": "x = getattr(ck, 'goal')",
    "type": "x = type(1)",
    "print": "print('x')",
    "while": "while True:\n        pass",
    "try": "try:\n        pass\n    except Exception:\n        pass",
    "with": "with ctx:\n        pass",
    "class": "class X:\n        pass",
    "lambda": "x = lambda: 1",
    "yield": "yield 1",
    "global": "global x",
    "raise": "raise ValueError",
    "assert": "assert True",
    "power": "x = 9 ** 9",
    "shift": "x = 1 << 99",
    "huge number": "x = " + "9" * 200,
    "bytes": "x = b'x'",
    "ellipsis": "x = ...",
    "complex": "x = 1j",
    "format": "x = f'{1:>10000000}'",
    "walrus": "(x := 1)",
    "match": "match 1:\n        case 1:\n            pass",
    "starred": "x = [*ctx.calls]",
    "rebinding ck": "ck = 1",
    "rebinding a builtin": "len = 1",
    "loop over ck": "for ck in [1]:\n        pass",
    "prelude's names": "x = ask('said', 'user', '', '')",
    "inner prelude function": "def packed(v):\n        return v",
    "decorator": "@ck.goal\n    def f(x):\n        return x",
    "default": "def f(x=1):\n        return x",
    "variadic": "def f(*x):\n        return x",
    "async": "async def f():\n        pass",
}


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_it_is_refused(kind: str):
    source = check_of(REFUSED[kind], "return ck.result()")
    ast.parse(source)
    with pytest.raises(RefusedSourceError):
        prepare(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        "check = 1",
        "def check():\n    pass\n",
        "def check(ck, ctx):\n    pass\n",
        "def other(ctx, ck):\n    pass\n",
        "import os\ndef check(ctx, ck):\n    pass\n",
        "def Ck(ctx):\n    pass\ndef check(ctx, ck):\n    pass\n",
        "def check(ctx, ck:\n",
        "\0",
    ],
)
def test_what_defines_no_check_is_refused(source: str):
    with pytest.raises(RefusedSourceError):
        prepare(source)


def test_a_source_has_a_longest_length_and_a_function_a_largest_tree():
    long = check_of(f"x = '{'a' * MAX_BYTES}'")
    with pytest.raises(RefusedSourceError, match="bytes"):
        vet(long)
    wide = check_of(f"x = [{', '.join(['1'] * MAX_NODES)}]")
    with pytest.raises(RefusedSourceError, match="syntax nodes"):
        vet(wide)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_every_probe_is_python_and_none_is_allowed(probe):
    ast.parse(probe.source)
    with pytest.raises(RefusedSourceError):
        prepare(probe.source)


@given(st.text(max_size=200))
@example("(" * 5000)
@example("-" * 15000 + "1")
@example("[" * 190 + "]" * 190)
@example("def check(ctx, ck):\n    return " + "-" * 180 + "1\n")
@example("def check(ctx, ck):\n    return " + "not " * 180 + "1\n")
@example("def check(ctx, ck):\n    return '\\ud800'\n")
@example("\ud800")
@example("x" * 100_000)
def test_whatever_the_text_it_is_allowed_or_refused_and_nothing_else(text: str):
    try:
        code, _ = prepare(text)
    except RefusedSourceError:
        return
    assert "def check(ctx, ck)" in code


names = st.sampled_from(["os", "__import__", "ctx", "ck", "open", "x", "len", "self"])
attributes = st.sampled_from(["__class__", "ask", "goal", "final", "system", "claims", "path"])


@given(names, st.lists(attributes, min_size=1, max_size=3))
def test_no_chain_of_attributes_leaves_the_interface(name: str, chain: list[str]):
    expression = ".".join([name, *chain])
    interface = {
        *(f"ctx.{x}" for x in ("final", "initial", "diff", "calls", "said", "now")),
        *(f"ck.{x}" for x in ("goal",)),
        *("ctx.final.path", "ctx.initial.path"),
    }
    if expression in interface:
        return
    with pytest.raises(RefusedSourceError):
        vet(check_of(f"y = {expression}"))
