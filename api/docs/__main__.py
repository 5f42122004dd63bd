"""Writes the OpenAPI document into the folder named; no server, database or setting is needed."""

import sys
from pathlib import Path

from api.app import create_app
from api.docs.document import openapi_document
from shared.clock import SystemClock
from shared.database import create_engine
from shared.settings import Settings
from shared.settings_loading import with_changes
from shared.tokens import new_signing_key

match sys.argv[1:]:
    case [folder]:
        settings = with_changes(Settings(), token_signing_key=new_signing_key())
        # Nothing is asked of the database, so none is reached.
        engine = create_engine(settings.database_url, connections_max=1)
        app = create_app(settings, engine=engine, clock=SystemClock())
        Path(folder, "openapi.json").write_bytes(openapi_document(app))
    case _:
        sys.exit("usage: python -m api.docs FOLDER")
