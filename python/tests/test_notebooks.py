"""The notebooks under examples/ run from the first cell to the last: with BRINK_NOTEBOOKS=1 alone, it takes minutes."""

import os
import pathlib

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.skipif(not os.environ.get("BRINK_NOTEBOOKS"), reason="BRINK_NOTEBOOKS=1 runs them")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebook(path, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=900, kernel_name="python3",
                            resources={"metadata": {"path": str(tmp_path)}}).execute()
