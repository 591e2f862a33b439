"""Takes comments and white space out of a script, except its licence: minify-script.py FOLDER-OF-RJSMIN IN OUT."""
import pathlib
import sys

folder, source, target = sys.argv[1:]
sys.path.insert(0, folder)
from rjsmin import _make_jsmin  # noqa: E402

# In Python, not in the wheel's compiled half: the same bytes on every machine.
minify = _make_jsmin(python_only=True)
text = pathlib.Path(source).read_text(encoding="utf-8")
pathlib.Path(target).write_text(minify(text, keep_bang_comments=True), encoding="utf-8")
