#!/usr/bin/env bash
# Compile the pinned requirement files: every version with its hashes, for all supported Pythons, without addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${1:-uv}
compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --no-header "$@"
}
compile requirements/uv.in -o requirements/uv.txt
compile requirements/build.in -o requirements/build.txt
compile pyproject.toml -c requirements/build.txt -o requirements/main.txt
compile pyproject.toml --extra dev -c requirements/main.txt -o requirements/dev.txt
# What a deployment on AWS, with a shared catalog or with alerts to Slack installs besides.
compile pyproject.toml --extra aws --extra postgres --extra slack -c requirements/dev.txt -o requirements/aws.txt
