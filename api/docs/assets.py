"""The files of the documentation page: Swagger UI from its installed wheel, nothing from any other host."""

from importlib.util import find_spec
from pathlib import Path

from api.assets import Asset

_WHEEL = "swagger_ui"
_FILES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_SETUP = b"""SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""
PAGE = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Talktime API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/setup.js"></script>
</html>
"""


def load_assets() -> dict[str, Asset]:
    """Return the files by name."""
    folder = _folder()
    assets = {name: Asset.of((folder / name).read_bytes(), media_type) for name, media_type in _FILES.items()}
    return {**assets, "setup.js": Asset.of(_SETUP, "text/javascript")}


def _folder() -> Path:
    """Find the wheel without importing it: it brings code for other frameworks."""
    spec = find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the documentation page needs {_WHEEL}")
    return Path(spec.submodule_search_locations[0]) / "static"
