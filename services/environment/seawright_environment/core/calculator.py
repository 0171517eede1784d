"""Arithmetic on an untrusted expression: the numbers and errors of Python, none of its powers."""

import ast
from typing import cast

CHARACTERS = "0123456789+-*/(). "
"""A text, not a set: `5 in text` is then refused in the words of tau2-bench's own tool."""
MAX_LENGTH = 1000
MAX_POWER_BITS = 20_000
"""Largest integer power that is worked out, in bits: beyond it lies a denial of service."""

Number = int | float | complex


def calculate(expression: str) -> str:
    """Return the value rounded to cents, as tau2-bench writes it; refuse with Python's words."""
    if not all(character in CHARACTERS for character in expression):
        raise ValueError("Invalid characters in expression")
    if not isinstance(cast("object", expression), str):
        raise TypeError("eval() arg 1 must be a string, bytes or code object")
    if len(expression) > MAX_LENGTH:
        raise ValueError(f"The expression is longer than {MAX_LENGTH} characters")
    tree = ast.parse(expression.lstrip(" "), "<string>", "eval")
    return str(round(float(cast("float", _value(tree.body))), 2))


def _value(node: ast.expr) -> Number:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand)
        return -value if isinstance(node.op, ast.USub) else +value
    if isinstance(node, ast.BinOp):
        return _combined(node.op, _value(node.left), _value(node.right))
    if isinstance(node, ast.Call):
        kind = type(_value(node.func)).__name__
        raise TypeError(f"'{kind}' object is not callable")
    kind = "tuple" if isinstance(node, ast.Tuple) else "ellipsis"
    raise TypeError(f"float() argument must be a string or a real number, not '{kind}'")


def _combined(symbol: ast.operator, left: Number, right: Number) -> Number:
    if isinstance(symbol, ast.Add):
        return left + right
    if isinstance(symbol, ast.Sub):
        return left - right
    if isinstance(symbol, ast.Mult):
        return left * right
    if isinstance(symbol, ast.Div):
        return left / right
    if isinstance(symbol, ast.FloorDiv):
        return cast("float", left) // cast("float", right)
    assert isinstance(symbol, ast.Pow), "the characters allow no other operator"
    return _power(left, right)


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0 and abs(base) > 1:
        bits = base.bit_length() * exponent
        if bits > MAX_POWER_BITS:
            raise ValueError("The expression's value is too large")
    return base**exponent
