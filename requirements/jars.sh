#!/usr/bin/env bash
# Fetch the jars of jars.txt into .cache-jars, and check every one against its pinned SHA-256.
# usage: jars.sh PYTHON, whose PySpark brings Ivy, which knows Maven Central or what ~/.ivy2 names instead.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.cache-jars
wanted=$(grep -v '^#' requirements/jars.txt)
is_complete() {
  (cd "$folder" && awk '{ n = split($2, part, "/"); print $1 "  " part[n] }' <<<"$wanted" | sha256sum --check --status) 2>/dev/null
}
mkdir -p "$folder"
is_complete && exit 0
command -v java >/dev/null || { echo "Fetching jars needs Java. Run 'make java' first."; exit 1; }
ivy=$("$1" -c 'import pathlib, pyspark; print(next(pathlib.Path(pyspark.__file__).parent.glob("jars/ivy-*.jar")))')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
{
  echo '<ivy-module version="2.0"><info organisation="platform" module="jars"/><dependencies>'
  awk '{ n = split($2, part, "/"); group = part[1]; for (i = 2; i < n - 2; i++) group = group "." part[i]
         printf "<dependency org=\"%s\" name=\"%s\" rev=\"%s\" transitive=\"false\" conf=\"default->master\"/>\n", group, part[n-2], part[n-1] }' <<<"$wanted"
  echo '</dependencies></ivy-module>'
} >"$scratch/ivy.xml"
java -jar "$ivy" -warn -cache "$scratch/cache" -ivy "$scratch/ivy.xml" \
  -retrieve "$PWD/$folder/[artifact]-[revision].[ext]" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
is_complete || { echo "A jar in $folder is not the one that requirements/jars.txt names. Delete the folder and run 'make s3a' again; if that does not help, do not use the jar."; exit 1; }
