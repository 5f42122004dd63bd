"""The page comes with the product wherever that is installed."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
BUILT = {"api/page/built/index.html", "api/page/built/favicon.svg", "api/page/built/assets/main-C3x9.js"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project's own files, without anything that was made of them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if not name.startswith(("web/", "tests/", "docs/")) and (ROOT / name).is_file():
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    return tmp_path


def wheel_of(checkout: Path) -> set[str]:
    """Build the wheel as pip does and return what is in it."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True)
    [wheel] = checkout.glob("dist/*.whl")
    with ZipFile(wheel) as opened:
        return {name for name in opened.namelist() if not name.endswith("/")}


def test_the_wheel_has_the_page_if_it_is_built(checkout: Path) -> None:
    """G5: the image is made of the wheel; what is built is not in the repository, and would be left out with it."""
    for name in BUILT:
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    ignored = subprocess.run(["git", "check-ignore", *BUILT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(ignored.stdout.split()) == BUILT
    names = wheel_of(checkout)
    assert names >= BUILT
    assert "api/page/routes.py" in names


def test_the_wheel_can_be_built_without(checkout: Path) -> None:
    """An API alone is of use, too."""
    names = wheel_of(checkout)
    assert "api/page/routes.py" in names
    assert not [name for name in names if "/built/" in name]
