"""Types and doc strings of the messages, in words."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

from msgspec import inspect as types

_PLAIN: dict[type[types.Type], str] = {
    types.UUIDType: "UUID",
    types.BoolType: "true or false",
    types.NoneType: "null",
    types.DateTimeType: "time (RFC 3339)",
}


def meaning_of(struct: type[Any]) -> str:
    """Return the doc string of a struct."""
    return inspect.getdoc(struct) or ""


def members_of(named: type[Any]) -> list[tuple[str, str]]:
    """Return the values of an enumeration or a class of constants, each with the string that follows it."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(named))).body[0]
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    members = []
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            members.append((str(statement.value.value), _text(following)))
    return members


def named_in(field: types.Type) -> list[type[Any]]:
    """Return the structs and enumerations that a field may hold, without those inside them."""
    match field:
        case types.StructType() | types.EnumType():
            return [field.cls]
        case types.ListType():
            return named_in(field.item_type)
        case types.UnionType():
            return [named for part in field.types for named in named_in(part)]
        case _:
            return []


def describe(field: types.Type) -> str:
    """Return what a field may hold."""
    match field:
        case types.UnionType():
            return " or ".join(describe(part) for part in field.types)
        case types.StructType() | types.EnumType():
            return f"[{field.cls.__name__}](#{field.cls.__name__.lower()})"
        case types.LiteralType():
            return " or ".join(f"`{value}`" for value in field.values)
        case types.ListType():
            return f"list of {describe(field.item_type)}" + _limits(field.min_length, field.max_length, "of them")
        case types.StrType():
            pattern = f", matching `{field.pattern}`" if field.pattern else ""
            return "text" + _limits(field.min_length, field.max_length, "characters") + pattern
        case types.IntType():
            return "integer" + _limits(field.ge, field.le, "")
        case _:
            return _PLAIN[type(field)]


def _limits(least: int | None, most: int | None, unit: str) -> str:
    if most is None:
        return "" if least is None else f", {least} or more"
    span = f"at most {_grouped(most)}" if least is None else f"{_grouped(least)} to {_grouped(most)}"
    return f", {span} {unit}".rstrip()


def _grouped(number: int) -> str:
    return f"{number:_}".replace("_", " ")


def _text(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""
