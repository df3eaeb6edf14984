#!/usr/bin/env bash
# Fetch the jars of jars.txt from Maven Central into .cache-jars, and check every one against its pinned SHA-256.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.cache-jars
wanted=$(grep -v '^#' requirements/jars.txt)
is_complete() {
  (cd "$folder" && awk '{ n = split($2, part, "/"); print $1 "  " part[n] }' <<<"$wanted" | sha256sum --check --status) 2>/dev/null
}
mkdir -p "$folder"
is_complete && exit 0
urls=$(awk '{ print "https://repo1.maven.org/maven2/" $2 }' <<<"$wanted")
(cd "$folder" && xargs curl --no-progress-meter --fail --location --retry 3 --parallel --remote-name-all <<<"$urls")
is_complete || { echo "A jar in $folder is not the one that requirements/jars.txt names. Delete the folder and run 'make s3a' again; if that does not help, do not use the jar."; exit 1; }
