#!/bin/sh
# Measures what routing costs at scale and puts the table into docs/benchmarks/router.md.
# Needs a JDK (17 or newer) and CLINC150. The first run encodes 100,000 texts, which takes a few minutes; later ones find them.
#
#   KERNELWEAVE_CORPORA   folder with clinc150/ in it (../shared/corpora)
#   WORK                  folder for vectors and tables, 500 MB (.kernelweave/benchmarks)
#   OUT                   file whose table is replaced (docs/benchmarks/router.md)
#   KERNELWEAVE_JAVA_HOME the JDK (the one on the path)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "${OUT:-$here/../router.md}")
cd "$here/../../.."
jdk=${KERNELWEAVE_JAVA_HOME:-}
[ -z "$jdk" ] || export JAVA_HOME="$jdk" PATH="$jdk/bin:$PATH"
work=${WORK:-.kernelweave/benchmarks}
mkdir -p "$work"

./mvnw -q -Dmaven.test.skip=true package
classes=target/classes:target/lib/\*
javac -proc:none -d "$work/java" -cp "$classes" src/jmh/java/io/kernelweave/embed/ScaleFigures.java

{
  echo "<!-- scale -->"
  echo "$(git log -1 --format="Commit %h of %cs" 2>/dev/null)$(git diff --quiet HEAD -- src 2>/dev/null || echo ' with changes'),"
  echo "$(sed -n 's/^model name.*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1 | tr -s ' '), $(getconf _NPROCESSORS_ONLN) cores, $(uname -s),"
  echo "Java $(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.version = //p')," \
    "load $(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo unknown) when it began."
  echo
  java -Xmx4g -cp "$work/java:$classes" io.kernelweave.embed.ScaleFigures \
    "${KERNELWEAVE_CORPORA:-../shared/corpora}/clinc150" "$work"
  echo "<!-- /scale -->"
} > "$work/table.md"
awk -v table="$work/table.md" '
  /^<!-- scale -->$/ { while ((getline line < table) > 0) print line; inside = 1 }
  !inside { print }
  /^<!-- \/scale -->$/ { inside = 0 }' "$out" > "$work/page.md"
cat "$work/page.md" > "$out"
cat "$work/table.md"
