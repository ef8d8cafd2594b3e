"""Runs a script in the QuickJS that PyPI has, which is native: native_quickjs.py FOLDER_OF_PACKAGES SCRIPT."""

import sys
import time

sys.path.insert(0, sys.argv[1])
import quickjs  # noqa: E402

context = quickjs.Context()
context.add_callable("print", print)
context.add_callable("processorTime", lambda: time.process_time() * 1000)
with open(sys.argv[2]) as script:
    context.eval(script.read())
