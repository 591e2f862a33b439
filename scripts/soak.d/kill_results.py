"""Results of a long run in a file, written as they come: what was done stays known, and the next run goes on behind the last whole series."""
import json
import os
import pathlib
import time


class Results:
    """`path` is None to keep them in memory only."""

    def __init__(self, path, options):
        self._path = pathlib.Path(path) if path else None
        self._started = time.monotonic()
        self.data = {"options": options, "wanted_kills": 0, "seconds": 0.0, "finished": False, "series": [], "under_way": None}
        self.resumed = 0
        if self._path and self._path.exists():
            earlier = json.loads(self._path.read_text(encoding="utf-8"))
            # Other options make other series: those begin anew.
            if earlier["options"] == options and not earlier["finished"]:
                self.data = earlier | {"under_way": None}
                self.resumed = self.kills
        self._seconds_before = self.data["seconds"]

    @staticmethod
    def seed_in(path):
        """Of a run in the file that is not finished; None when there is none."""
        if not path or not pathlib.Path(path).exists():
            return None
        earlier = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        return None if earlier["finished"] else earlier["options"]["seed"]

    @property
    def series(self):
        return self.data["series"]

    @property
    def kills(self):
        """Of whole series."""
        return sum(series["kills"] for series in self.series)

    @property
    def seconds(self):
        """Of this run and those that it goes on behind."""
        return self._seconds_before + time.monotonic() - self._started

    def note(self, kills, under_way):
        """After each kill."""
        self.data["wanted_kills"] = kills
        self.data["under_way"] = under_way
        self._write()

    def add(self, series):
        self.series.append(series)
        self.data["under_way"] = None
        self._write()

    def finish(self, is_whole, passed):
        """`is_whole`: all the kills that were wanted are done."""
        self.data["finished"] = is_whole
        self.data["passed"] = passed
        self._write()

    def _write(self):
        if not self._path:
            return
        self.data["seconds"] = round(self.seconds, 1)
        unfinished = self._path.with_name(self._path.name + ".tmp")
        unfinished.write_text(json.dumps(self.data, indent=1), encoding="utf-8")
        os.replace(unfinished, self._path)
