"""Lists in pages: stable whatever is added meanwhile, since each begins after the last key of the one before."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from advanced_alchemy.filters import StatementFilter, StatementTypeT
from litestar.params import QueryParameter
from msgspec import Struct

from api.problems import FieldError, InvalidFieldsError

ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT")

PAGE_ITEMS_DEFAULT = 20
PAGE_ITEMS_MAX = 100
FIRST_PAGE = ""

Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_ITEMS_MAX, description="Items on a page")]
Cursor = Annotated[
    str,
    QueryParameter(
        # Nobody but us makes them: tools that make up values shall leave it.
        schema_extra={"format": "cursor"},
        description="`next_cursor` of the page before; empty for the first page",
    ),
]


class Page(Struct, Generic[ItemT], frozen=True):
    """Some items, and the cursor of the next page; null on the last one."""

    items: list[ItemT]
    next_cursor: str | None


@dataclass(frozen=True)
class NewestFirst(StatementFilter):
    """The rows before this id, newest first, and one more than the page has: it tells whether there is a next.

    Where rows are not in the order of an `id`, `by` names the column whose order it is.
    """

    before: UUID | int | None
    limit: int
    by: str = "id"

    def append_to_statement(
        self, statement: StatementTypeT, model: type[Any], *_args: Any, **_kwargs: Any
    ) -> StatementTypeT:
        selected: Any = statement
        key = getattr(model, self.by)
        if self.before is not None:
            selected = selected.where(key < self.before)
        ordered: StatementTypeT = selected.order_by(key.desc()).limit(self.limit + 1)
        return ordered


def page_of(
    rows: Sequence[RowT], *, limit: int, view: Callable[[RowT], ItemT], key: Callable[[RowT], object]
) -> Page[ItemT]:
    """Return a page of at most `limit` of these rows, of which there is one more where a page follows."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page([view(row) for row in shown], write_cursor(str(key(shown[-1]))) if more else None)


def write_cursor(key: str) -> str:
    """Return the key as a cursor."""
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def read_cursor(cursor: str, key_of: Callable[[str], KeyT]) -> KeyT | None:
    """Return the key in a cursor, None in an empty one. Raises `InvalidFieldsError`.

    `key_of` raises `ValueError` for what is no key.
    """
    if not cursor:
        return None
    try:
        return key_of(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except ValueError as error:
        raise InvalidFieldsError(FieldError("cursor", "Not a cursor of this list")) from error
