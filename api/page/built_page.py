"""The page as it was built, read once at start."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.assets import Asset

logger = logging.getLogger(__name__)

BUILT = Path(__file__).parent / "built"
"""Where the build puts the page; not in the repository, but in the wheel."""

MEDIA_TYPES = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""The machine's own table differs from machine to machine."""
ANY_MEDIA_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class BuiltPage:
    """The page's files; without `index` it is not built."""

    index: Asset | None = None
    files: Mapping[str, Asset] = field(default_factory=dict)
    """By the path of their address. What is not in here is not served, whatever the address looks like."""

    @classmethod
    def read(cls, folder: Path) -> "BuiltPage":
        """Return what the folder holds."""
        files = {
            f"/{path.relative_to(folder).as_posix()}": _asset(path) for path in folder.rglob("*") if path.is_file()
        }
        index = files.pop("/index.html", None)
        if index is None:
            logger.info("the browser client is not built, so that / leads to /docs: `make web` builds it")
            return cls()
        return cls(index, files)


def _asset(path: Path) -> Asset:
    return Asset.of(path.read_bytes(), MEDIA_TYPES.get(path.suffix, ANY_MEDIA_TYPE))
