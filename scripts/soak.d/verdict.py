"""What was measured, what was wanted, and whether the one meets the other."""


class Verdict:
    def __init__(self, title):
        self._title = title
        self._rows = []

    def check(self, what, passed, measured, wanted, is_fair=True):
        """`is_fair`: false when something outside of the test may have spoilt the number; then a miss is no failure."""
        self._rows.append(("PASS" if passed else "FAIL" if is_fair else "BUSY", what, str(measured), str(wanted)))

    def note(self, what, measured):
        """A number worth knowing that nothing is demanded of."""
        self._rows.append(("", what, str(measured), ""))

    @property
    def passed(self):
        return all(row[0] != "FAIL" for row in self._rows)

    def show(self):
        widths = [max(len(row[column]) for row in self._rows) for column in range(4)]
        print(f"\n{self._title}")
        header = ("", "what", "measured", "wanted")
        for row in (header, *self._rows):
            print("  ".join(text.ljust(width) for text, width in zip(row, (4, *widths[1:]))).rstrip())
        failures = sum(row[0] == "FAIL" for row in self._rows)
        busy = sum(row[0] == "BUSY" for row in self._rows)
        checks = sum(row[0] != "" for row in self._rows)
        print(f"{'FAIL' if failures else 'PASS'}: {checks - failures - busy} of {checks} checks hold"
              + (f"; {busy} could not be judged, the machine was busy with other programs: run it again" if busy else ""), flush=True)
        return self.passed
