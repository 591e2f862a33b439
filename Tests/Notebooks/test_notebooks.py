"""Runs the notebooks of docs/notebooks, cell after cell, on a lake that is made here."""

import json
import pathlib
import subprocess
import sys

import duckdb
import pytest

NOTEBOOKS = sorted((pathlib.Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb"))

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
    """Two days of prints in the lake's layout: 2,000 of options, some of an equity, which has no strike."""
    root = tmp_path_factory.mktemp("lake")
    for day in (5, 6):
        folder = root / "year=2026" / "month=11" / f"day={day:02}"
        folder.mkdir(parents=True)
        for part in (1, 2):
            duckdb.sql(f"""
                COPY (SELECT make_timestamp_ns(epoch_ns(TIMESTAMP '2026-11-{day:02} 14:30:00') + i * 4000000001) AS timestamp,
                    (670 + sin(i))::DOUBLE AS underlying_price,
                    CASE WHEN i % 21 = 0 THEN 'SPY' ELSE 'O:SPY2611{day:02}C00' || (660 + i % 20) || '000' END AS ticker,
                    CASE WHEN i % 21 = 0 THEN NULL ELSE (660 + i % 20)::DOUBLE END AS strike,
                    CASE WHEN i % 21 = 0 THEN NULL WHEN i % 2 = 0 THEN 'call' ELSE 'put' END AS type,
                    (1.25 + i % 7)::DOUBLE AS price, (i % 50 + 1)::BIGINT AS size, ['buy', 'sell', 'mid', 'unknown'][i % 4 + 1] AS aggressor_side,
                    0.5::DOUBLE AS delta, 0.01::DOUBLE AS gamma, ((i % 3) - 1) * (i % 50)::DOUBLE AS net_delta_impact,
                    i AS print_id
                FROM range({part} * 525 - 525, {part} * 525) t(i)) TO '{folder}/flow_part_{part:03}.parquet'
                (FORMAT parquet, COMPRESSION zstd)
            """)
    return root


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["duckdb", "pandas", "polars"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_to_its_end(notebook, lake, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error::FutureWarning", "-c", RUNNER, str(notebook)], cwd=tmp_path, text=True,
        capture_output=True, env={"MARKETFLOW_LAKE": str(lake), "MPLCONFIGDIR": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stdout + done.stderr
    # Two days of 1,050 prints, the 50 of the equity left out.
    assert done.stdout.splitlines()[-1] == "TOTAL 2000", done.stdout
    plot = (tmp_path / f"net-delta-{notebook.stem}.png").read_bytes()
    assert plot.startswith(b"\x89PNG") and len(plot) > 10_000


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_kept_without_outputs(notebook):
    cells = json.loads(notebook.read_text())["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")
