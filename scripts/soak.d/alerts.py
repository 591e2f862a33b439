"""Thousands of messages into receivers that answer 500, 429, nothing or a reset at 30 %, while the program that sends them is killed
twice: each is taken at least once under its key, or is among the given up; nothing else is left. The kill test of the test suite, at
size and with the release build.
"""
import os
import subprocess

from product import ROOT, binary
from verdict import Verdict

SECONDS = 3600


def run(messages):
    verdict = Verdict(f"{messages:,} messages among faults, two kills -9")
    environment = {**os.environ, "OUTBOX_TEST_MESSAGES": str(messages), "MARKETFLOW_BINARY": binary()}
    command = ["swift", "test", "--disable-xctest", "--filter", "OutboxKillTests"]
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        verdict.check("the test ends", False, f"not within {SECONDS} s", "it ends")
        return verdict.show()
    lines = done.stdout.splitlines()
    passed = done.returncode == 0 and any("nothingIsLostAndEachKeyIsTaken" in line and "passed" in line for line in lines)
    verdict.check("every message taken or given up, nothing twice under a key", passed, "yes" if passed else "no", "yes")
    if not passed:
        print("\n".join(line for line in lines if "issue" in line or "error" in line) or done.stderr[-2000:])
    return verdict.show()
