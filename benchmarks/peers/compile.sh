#!/usr/bin/env bash
# Compile the pinned requirement files of the peers that benchmarks compare with, as requirements/compile.sh.
set -euo pipefail
cd "$(dirname "$0")"
uv=${1:-uv}
for peer in duckdb evidently whylogs nannyml great_expectations; do
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --no-header "$peer.in" -o "$peer.txt"
done
