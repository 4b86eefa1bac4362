#!/bin/sh
# Runs the same schemas through KernelWeave and its peers, one after the other, and puts the table into docs/benchmarks/masks.md.
# Needs a JDK (17 or newer), node 20 or newer with npm, and the public data (see phasecd/maskbench.yaml). Takes about ten minutes, nearly
# all of them xgrammar's.
#
#   SCHEMAS   how many schemas are measured (300)
#   WARMUP    how many others go before them, uncounted (100)
#   LIMIT_S   seconds that a peer may take for one schema (120)
#   ENGINES   peers, in the order of the table (llguidance xgrammar); there is also xgrammar-any-whitespace
#   OUT       file whose table is replaced (docs/benchmarks/masks.md)
#   KEEP      folder for what is downloaded and measured (a temporary one, removed at the end)
#   KERNELWEAVE_JAVA_HOME   the JDK (the one on the path)
set -eu

LLGUIDANCE=transformers-llguidance@0.2.1
XGRAMMAR=@mlc-ai/web-xgrammar@0.1.27

schemas=${SCHEMAS:-300}
warmup=${WARMUP:-100}
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "${OUT:-$here/../masks.md}")
cd "$here/../../.."

jdk=${KERNELWEAVE_JAVA_HOME:-}
[ -z "$jdk" ] || export JAVA_HOME="$jdk" PATH="$jdk/bin:$PATH"
if [ -n "${KEEP:-}" ]; then
  mkdir -p "$KEEP"
  work=$(realpath "$KEEP")
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
rm -f "$work"/*.results.jsonl

./mvnw -q -Dmaven.test.skip=true package
classes=target/classes:target/lib/\*
javac -proc:none -d "$work/java" -cp "$classes" src/jmh/java/io/kernelweave/trial/SideBySide.java
npm install --prefix "$work" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$LLGUIDANCE" "$XGRAMMAR" >&2

side_by_side() {
  java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp "$work/java:$classes" io.kernelweave.trial.SideBySide "$1" "$work" "$schemas" "$warmup"
}
echo "KernelWeave" >&2
side_by_side sample
side_by_side any-order
side_by_side schema-order
number=3
for engine in ${ENGINES:-llguidance xgrammar}; do
  node "$here/peers.mjs" "$engine" "$work" "$work" "$number-$engine"
  number=$((number + 1))
done

{
  echo "<!-- table -->"
  echo "$schemas schemas, $(git log -1 --format="commit %h of %cs" 2>/dev/null)$(git diff --quiet HEAD -- src 2>/dev/null || echo ' with changes'),"
  echo "$(sed -n 's/^model name.*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1 | tr -s ' '), $(getconf _NPROCESSORS_ONLN) cores, $(uname -s),"
  echo "Java $(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.version = //p'), node $(node --version | tr -d v)," \
    "\`$LLGUIDANCE\`, \`$XGRAMMAR\`. Times are microseconds of CPU."
  echo
  side_by_side table
  echo "<!-- /table -->"
} > "$work/table.md"
awk -v table="$work/table.md" '
  /^<!-- table -->$/ { while ((getline line < table) > 0) print line; inside = 1 }
  !inside { print }
  /^<!-- \/table -->$/ { inside = 0 }' "$out" > "$work/page.md"
cat "$work/page.md" > "$out"
cat "$work/table.md"
