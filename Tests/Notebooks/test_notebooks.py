"""Runs the notebooks of docs/notebooks, cell after cell, on a lake that our own program writes."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

PACKAGE = pathlib.Path(__file__).parents[2]
NOTEBOOKS = sorted((PACKAGE / "docs" / "notebooks").glob("*.ipynb"))
PROGRAM = os.environ.get("MARKETFLOW_BINARY", PACKAGE / ".build" / "debug" / "marketflow")
RECORDING = PACKAGE / "Tests" / "Fixtures" / "small.ndjson.gz"

# Runs the code cells of argv[1] as one program; the last value of each is printed, as a notebook would show it.
RUNNER = """
import ast, json, sys
import matplotlib
matplotlib.use("Agg")
names = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] != "code": continue
    tree = ast.parse("".join(cell["source"]))
    shown = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, sys.argv[1], "exec"), names)
    if shown: print(eval(compile(ast.Expression(shown.value), sys.argv[1], "eval"), names))
print("TOTAL", names["training"].shape[0] if hasattr(names["training"], "shape") else names["training"].count("*").fetchall()[0][0])
"""


@pytest.fixture(scope="session")
def lake(tmp_path_factory):
    """The lake that `serve` writes of a short recording, and how many option prints our own SQL finds in it."""
    folder = tmp_path_factory.mktemp("data")
    serve = subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", "--data-dir", folder, "--lake", "on", "--replay", RECORDING, "--replay-speed", "max"],
        stdout=subprocess.PIPE, text=True)
    try:
        address = re.search(r"http://\S+", serve.stdout.readline()).group()
        # The digest comes with the end of the recording.
        while not json.load(urllib.request.urlopen(f"{address}/health"))["digest"]:
            time.sleep(0.1)
    finally:
        serve.send_signal(signal.SIGTERM)
    assert serve.wait(timeout=120) == 0
    asked = subprocess.run(
        [PROGRAM, "query", "--data-dir", folder, "--format", "csv", "SELECT count(*) FROM lake WHERE strike IS NOT NULL"],
        capture_output=True, text=True, check=True)
    return folder / "raw" / "flow", int(asked.stdout.splitlines()[1])


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["duckdb", "pandas", "polars"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_to_its_end(notebook, lake, tmp_path):
    root, prints = lake
    assert prints > 1000
    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", RUNNER, str(notebook)], cwd=tmp_path, text=True,
        capture_output=True, env={"MARKETFLOW_LAKE": str(root), "MPLCONFIGDIR": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"TOTAL {prints}", done.stdout
    plot = (tmp_path / f"net-delta-{notebook.stem}.png").read_bytes()
    assert plot.startswith(b"\x89PNG") and len(plot) > 10_000


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_kept_without_outputs(notebook):
    cells = json.loads(notebook.read_text())["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")
