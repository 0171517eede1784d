"""Vetting: what checker source may be made of. Nothing else is ever executed."""

import ast
from collections.abc import Iterator

from seawright_environment.core.checker_rewriting import read_by_id

MAX_BYTES = 16 * 1024
MAX_NODES = 200
"""Of one function's syntax tree."""
CTX = frozenset({"initial", "final", "diff", "calls", "said", "now"})
CK = frozenset(
    {
        *("goal", "any_of", "frame", "called", "never_called", "before", "writes", "said"),
        *("confirmed_before_writes", "money", "equal", "parse", "result"),
    }
)
BUILTINS = frozenset(
    {
        *("abs", "all", "any", "bool", "dict", "enumerate", "float", "int", "isinstance", "len"),
        *("list", "max", "min", "range", "round", "set", "sorted", "str", "sum", "tuple", "zip"),
    }
)
PARTIES = frozenset({"agent", "user"})
RESERVED = frozenset(
    {
        *("Table", "View", "Ctx", "Ck", "ask", "uses", "json"),
        *("cents", "folded", "alike", "key_of", "packed", "spent", "time"),
    }
)
"""Names that the text before the source defines."""
_NODES = (
    *(ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.For),
    *(ast.If, ast.Expr, ast.Pass, ast.Break, ast.Continue, ast.boolop, ast.unaryop, ast.cmpop),
    *(ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Call, ast.keyword),
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Dict, ast.Set, ast.List),
    *(ast.Tuple, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension),
    *(ast.Constant, ast.Attribute, ast.Subscript, ast.Slice, ast.Name, ast.Load, ast.Store),
    *(ast.JoinedStr, ast.FormattedValue),
)


class RefusedSourceError(ValueError):
    """The source is not what a checker may be."""


def vet(source: str) -> ast.Module:
    """Return the tree of a source that is allowed, or raise `RefusedSourceError`."""
    if len(source.encode(errors="replace")) > MAX_BYTES:
        raise RefusedSourceError(f"source is at most {MAX_BYTES} bytes")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RefusedSourceError(f"not Python: {type(error).__name__}") from error
    functions = _functions(tree)
    for function in functions:
        if sum(1 for _ in ast.walk(function)) > MAX_NODES:
            raise RefusedSourceError(f"{function.name}: more than {MAX_NODES} syntax nodes")
        names = {each.name for each in functions} | set(_bound(function))
        for node in ast.walk(function):
            why = _objection(node, names)
            if why:
                raise RefusedSourceError(f"line {getattr(node, 'lineno', 0)}: {why}")
    return tree


def prepare(source: str) -> tuple[str, list[str]]:
    """Return allowed source as it is run, and which parts of `ctx` it names."""
    tree = vet(source)
    uses = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    try:
        read_by_id(tree)
        return ast.unparse(tree), sorted(uses & CTX)
    except RecursionError as error:
        raise RefusedSourceError("nested too deeply") from error
    except ValueError as error:
        raise RefusedSourceError(str(error)) from error


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    found: list[ast.FunctionDef] = []
    for place, node in enumerate(tree.body):
        if isinstance(node, ast.FunctionDef):
            found.append(node)
        elif not (place == 0 and _is_docstring(node)):
            raise RefusedSourceError(f"line {node.lineno}: only functions stand at the top")
    check = next((each for each in found if each.name == "check"), None)
    if check is None or [each.arg for each in check.args.args] != ["ctx", "ck"]:
        raise RefusedSourceError("there is no `def check(ctx, ck)`")
    return found


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _bound(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _objection(node: ast.AST, names: set[str]) -> str | None:
    if not isinstance(node, _NODES):
        return f"{type(node).__name__} is not allowed"
    if isinstance(node, ast.FunctionDef):
        return _function_objection(node)
    if isinstance(node, ast.Attribute):
        return None if _is_interface(node) else f"the attribute {node.attr!r} is not allowed"
    if isinstance(node, ast.Name):
        return _name_objection(node, names)
    if isinstance(node, ast.arg) and ("__" in node.arg or node.arg in RESERVED | BUILTINS):
        return f"the name {node.arg!r} is reserved"
    if isinstance(node, ast.Constant):
        value = node.value
        if not isinstance(value, str | int | float | None):
            return f"a {type(value).__name__} is not allowed"
        if isinstance(value, int) and abs(value) >= 1 << 512:
            return "the number is too large"
    if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
        return "a format is not allowed"
    return None


def _function_objection(node: ast.FunctionDef) -> str | None:
    arguments = node.args
    if node.decorator_list or arguments.defaults or arguments.kw_defaults:
        return "a function has neither decorators nor defaults"
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs or arguments.kwonlyargs:
        return "a function has plain arguments"
    if "__" in node.name or node.name in RESERVED | BUILTINS | PARTIES | {"ctx", "ck"}:
        return f"the name {node.name!r} is reserved"
    return None


def _name_objection(node: ast.Name, names: set[str]) -> str | None:
    if "__" in node.id:
        return f"the name {node.id!r} is not allowed"
    if isinstance(node.ctx, ast.Store):
        is_reserved = node.id in RESERVED | BUILTINS | PARTIES | {"ctx", "ck"}
        return f"the name {node.id!r} is reserved" if is_reserved else None
    if node.id not in BUILTINS | PARTIES and node.id not in names:
        return f"the name {node.id!r} is not known"
    return None


def _is_interface(node: ast.Attribute) -> bool:
    """Whether it is `ctx.x`, `ctx.final.path` or `ck.x`, and only read."""
    if not isinstance(node.ctx, ast.Load):
        return False
    owner = node.value
    if isinstance(owner, ast.Name):
        return (owner.id == "ctx" and node.attr in CTX) or (owner.id == "ck" and node.attr in CK)
    is_view = isinstance(owner, ast.Attribute) and owner.attr in {"initial", "final"}
    return is_view and node.attr == "path"
