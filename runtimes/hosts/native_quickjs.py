"""Runs a script in the QuickJS that PyPI has, which is native: native_quickjs.py FOLDER_OF_PACKAGES SCRIPT."""

import sys

sys.path.insert(0, sys.argv[1])
import quickjs  # noqa: E402

context = quickjs.Context()
context.add_callable("print", print)
with open(sys.argv[2]) as script:
    context.eval(script.read())
