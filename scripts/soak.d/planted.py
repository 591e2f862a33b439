"""What was planted among random flow and what was found of it: the test `PlantedTests` at its full size."""
import os
import pathlib
import subprocess

from verdict import Verdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
WANTED = {"sweep": 0.98, "block": 0.98}  # of each kind at least; 0.9 of others


def run(prints):
    done = subprocess.run(
        ["swift", "test", "--disable-xctest", "--filter", "PlantedTests"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "MARKETFLOW_PLANTED_PRINTS": str(prints)})
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in done.stdout.splitlines() if line.startswith("| ")]
    verdict = Verdict(f"planted among {prints} prints of random flow")
    for row in rows[1:]:
        kind, planted, near_misses, found, right, precision, recall = row
        wanted = WANTED.get(kind, 0.9)
        verdict.note(f"{kind}: planted, near misses, found, right", f"{planted}, {near_misses}, {found}, {right}")
        verdict.check(f"{kind}: precision", float(precision) >= wanted, precision, f">= {wanted}")
        verdict.check(f"{kind}: recall", float(recall) >= wanted, recall, f">= {wanted}")
    verdict.check("the test", done.returncode == 0, f"exit code {done.returncode}", "0")
    if done.returncode != 0:
        print("\n".join((done.stdout + done.stderr).splitlines()[-20:]))
    return verdict.show()
