"""Rules about the project itself: who may import whom, what no file may say, what nothing may be called."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "billing_worker", "migrations", "shared", "signaling", "talktime")
PROGRAMS = {"api", "billing_worker", "signaling"}
FORBIDDEN = {
    "api": PROGRAMS - {"api"} | {"quart", "talktime"},
    "billing_worker": PROGRAMS - {"billing_worker"} | {"litestar", "quart", "talktime"},
    "signaling": PROGRAMS - {"signaling"}
    | {"litestar", "talktime", "sqlalchemy", "advanced_alchemy", "alembic", "asyncpg"}
    | {"shared.models", "shared.ledger", "shared.database", "shared.outbox"},
    "shared": PROGRAMS | {"litestar", "quart", "talktime", "migrations"},
    "migrations": PROGRAMS | {"litestar", "quart", "talktime"},
}
"""What a package may not reach, by itself or through our other packages."""
OURS_FOR_MIGRATIONS = ("migrations", "shared.models", "shared.settings", "shared.settings_loading", "shared.money")

# Written in pieces, so that this file keeps its own rules.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("anaconda", "org"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.}-])/(?:root|home|work|Users|workspace)/\w")
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
BINARY_SUFFIXES = {".png", ".jpg", ".gif", ".ico", ".woff2", ".wasm", ".mp4", ".webm"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return what belongs to the project, as git sees it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    """Yield every tracked text."""
    for path in tracked_files():
        if path.suffix not in BINARY_SUFFIXES:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def module_name(path: Path) -> str:
    """Return the name a source file is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports() -> dict[str, frozenset[str]]:
    """Return what each module of ours imports; `from a import b` counts as both `a` and `a.b`."""
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {module_name(path): frozenset(imported(path)) for path in sources}


def imported(path: Path) -> Iterator[str]:
    """Yield the full names of a file's imports."""
    package = module_name(path).split(".")
    if path.stem != "__init__":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                outer = package[: len(package) - level + 1] if level else []
                origin = ".".join([*outer, *([module] if module else [])])
                yield origin
                yield from (f"{origin}.{alias.name}" for alias in names)


def reached(package: str) -> dict[str, str]:
    """Return every name that a package's modules import, directly or through ours, with the way to it."""
    graph = imports()
    ways = {module: module for module in graph if within(module, package)}
    waiting = list(ways)
    while waiting:
        module = waiting.pop()
        for name in graph.get(module, ()):
            if name not in ways:
                ways[name] = f"{ways[module]} -> {name}"
                waiting.append(name)
    return ways


def within(name: str, module: str) -> bool:
    """Tell whether a name is the module or inside it."""
    return name == module or name.startswith(module + ".")


@pytest.mark.parametrize("package", FORBIDDEN)
def test_packages_reach_only_what_they_may(package: str) -> None:
    ways = reached(package)
    assert [way for name, way in ways.items() if any(within(name, word) for word in FORBIDDEN[package])] == []


def test_migrations_import_only_models_and_settings_of_ours() -> None:
    ours = [
        f"{module} imports {name}"
        for module, names in imports().items()
        if within(module, "migrations")
        for name in names
        if name.split(".")[0] in PACKAGES and name != "shared"
        if not any(within(name, allowed) for allowed in OURS_FOR_MIGRATIONS)
    ]
    assert ours == []


def test_no_file_names_a_registry() -> None:
    """G2: the lock can be installed from any registry."""
    found = [f"{path}: {host}" for path, text in texts() for host in REGISTRY_HOSTS if host in text]
    assert found == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [f"{path}: {match[0]}" for path, text in texts() for match in MACHINE_PATH.finditer(text)]
    assert found == []


def test_names_say_something() -> None:
    files = [str(path.relative_to(ROOT)) for path in tracked_files() if says_nothing(path.stem)]
    definitions = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in tracked_files()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and says_nothing(node.name)
    ]
    folders = sorted({part for path in tracked_files() for part in path.relative_to(ROOT).parts[:-1]})
    assert files + definitions + [folder for folder in folders if says_nothing(folder)] == []


def says_nothing(name: str) -> bool:
    """Tell whether a word of a name stands for anything and nothing."""
    words = re.split(r"[^a-z]+|(?=[A-Z])", name) if name.islower() else re.findall(r"[A-Z]?[a-z]+", name)
    return any(word.lower() in EMPTY_NAMES for word in words)


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    """G2: nothing but the very files that were tried is installed."""
    text = re.sub(r"\\\n", " ", (ROOT / lock).read_text(encoding="utf-8"))
    wanted = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(wanted) > 20
    assert [line for line in wanted if not re.match(r"[a-z0-9.-]+(\[[^]]+\])?==\S+ .*--hash=sha256:", line)] == []


def test_production_runs_the_versions_that_are_tested() -> None:
    """G2: the two locks agree."""
    pins = [
        set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    ]
    assert pins[0] < pins[1]


@pytest.mark.parametrize("name", ["utils", "test_helpers", "ConnectionManager", "common", "load_helper"])
def test_the_rule_about_names_finds(name: str) -> None:
    assert says_nothing(name)


@pytest.mark.parametrize("name", ["asynccontextmanager", "Commonwealth", "utility_bill", "ledger"])
def test_the_rule_about_names_leaves_alone(name: str) -> None:
    assert not says_nothing(name)


def test_the_rule_about_imports_follows_them_through_our_packages() -> None:
    ways = reached("talktime")
    assert ways["sqlalchemy.ext.asyncio"].count(" -> ") >= 1
    assert "shared.database" in ways
