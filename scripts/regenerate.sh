#!/usr/bin/env bash
# Writes anew every committed text that a tool makes from other committed files; .ci/run then asks git for differences.
# Needs a build, and Python with NumPy. What measures (benchmarks, runtimes) or trains is not among them; pages of what was measured are.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}

node scripts/layout.mjs
node scripts/memory-page.mjs
node scripts/tool.mjs bench:pages
for model in models/*.safetensors; do "$python" -m training.product.make_card "$model"; done
