"""How a route documents the problems that are its own."""

from litestar.openapi.datastructures import ResponseSpec

from api.problems import MEDIA_TYPE, Problem, ProblemType


def problems(*kinds: ProblemType) -> dict[int, ResponseSpec]:
    """Return the OpenAPI responses of these problems; those that every route may have are added to all."""
    titles: dict[int, list[str]] = {}
    for kind in kinds:
        titles.setdefault(kind.status, []).append(f"{kind.title} (`{kind.uri}`)")
    return {
        status: ResponseSpec(
            data_container=Problem, description="; ".join(each), media_type=MEDIA_TYPE, generate_examples=False
        )
        for status, each in titles.items()
    }
