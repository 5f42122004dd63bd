"""Files served from memory: zipped for whom that suits, and not again for whom has them (RFC 9110)."""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response

ZIPPED_SHARE_MAX = 0.9
"""Zipping that saves less is not worth the unzipping."""

_REFUSED = re.compile(r"q=0(\.0*)?")


@dataclass(frozen=True)
class Asset:
    """A file as it is served."""

    body: bytes
    media_type: str
    tag: str
    zipped: bytes | None
    """The same, compressed, where that makes it smaller."""

    @classmethod
    def of(cls, body: bytes, media_type: str) -> "Asset":
        """Return the file with a tag of its content."""
        zipped = gzip.compress(body, mtime=0)
        return cls(
            body,
            media_type,
            hashlib.sha256(body).hexdigest()[:32],
            zipped if len(zipped) < len(body) * ZIPPED_SHARE_MAX else None,
        )


def serve(request: Request[Any, Any, Any], asset: Asset, headers: Mapping[str, str]) -> Response[bytes | None]:
    """Answer with the file, or with 304 where the client has it."""
    zipped = asset.zipped if names(request.headers.get("accept-encoding", ""), "gzip") else None
    # Other bytes are another representation, which has a tag of its own.
    etag = f'"{asset.tag}"' if zipped is None else f'"{asset.tag}-gzip"'
    told = {**headers, "ETag": etag}
    if asset.zipped is not None:
        told["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Accept-Encoding"]))
    if _has(request.headers.get("if-none-match", ""), etag):
        return Response(None, status_code=304, headers=told)
    if zipped is not None:
        told["Content-Encoding"] = "gzip"
    return Response(zipped or asset.body, media_type=asset.media_type, headers=told)


def names(accepted: str, wanted: str) -> bool:
    """Tell whether an `Accept…` header names this very thing, and not as something unwanted."""
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name == wanted:
            return not any(_REFUSED.fullmatch(parameter) for parameter in parameters)
    return False


def _has(if_none_match: str, etag: str) -> bool:
    held = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in held or held == ["*"]
