#!/bin/bash
# Unpack the platform's dependencies on a machine of a cluster: $1 is the archive on S3, $2 the folder for it.
set -euo pipefail
sudo mkdir -p "$2"
aws s3 cp --only-show-errors "$1" - | sudo tar -xz -C "$2"
