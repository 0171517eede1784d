"""Rewriting: `ctx.final["orders"]["#W1"]` becomes a question that is asked when it is read.

A database of a million customers is never handed to a sandbox, and Monty asks nothing from inside
`__getitem__`: so a table is read by id, which the tree shows.
"""

import ast


def read_by_id(tree: ast.Module) -> None:
    """Rewrite the tree in place, or raise `ValueError` where a table is read as a whole."""
    _Reads().visit(tree)
    ast.fix_missing_locations(tree)


class _Reads(ast.NodeTransformer):
    """`view[table][id]` is `view.item(table, id)`; `id in view[table]` is `view.has(table, id)`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        inner = node.value
        if isinstance(inner, ast.Subscript) and _is_view(inner.value):
            table, key = self.visit(inner.slice), self.visit(node.slice)
            return _asking(inner.value, "item", [table, key])
        if _is_view(inner):
            raise ValueError(f"line {node.lineno}: a table is read by id, or asked with `in`")
        self.generic_visit(node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        right = node.comparators[0]
        is_single = len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn)
        if is_single and isinstance(right, ast.Subscript) and _is_view(right.value):
            has = _asking(right.value, "has", [self.visit(right.slice), self.visit(node.left)])
            return has if isinstance(node.ops[0], ast.In) else ast.UnaryOp(ast.Not(), has)
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if _is_view(node):
            raise ValueError(f"line {node.lineno}: a state is read by table and id, or by `path`")
        if _is_view(node.value):
            return node
        self.generic_visit(node)
        return node


def _is_view(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in {"initial", "final"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "ctx"
    )


def _asking(view: ast.expr, method: str, arguments: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Attribute(view, method, ast.Load()), arguments, [])
