#!/bin/sh
# Installs the fuzzer of the API's contract test (schemathesis, which is a Python program) into .crmwatch/fuzzer, in the
# versions and with the hashes of test/fuzz/requirements.txt. Nothing of it is installed anywhere else, and no package gets
# to run code while it is installed. When all is in place it says nothing.
#
# usage: sh deploy/setup/fuzzer.sh
#
# Exit codes: 0 ready, or there are no tests here; 1 not possible, with the remedy.
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P) || exit 1
cd "$root" || exit 1

pins=test/fuzz/requirements.txt
folder=.crmwatch/fuzzer
# The pins that were installed last, written when all else was done.
stamp=$folder/installed.txt

fail() {
  printf 'set-up: %s\n' "$*" >&2
  exit 1
}

[ -e "$pins" ] || exit 0
cmp -s "$pins" "$stamp" && exit 0

python3 -c 'import ensurepip, venv' >/dev/null 2>&1 ||
  fail "the fuzzer of the API needs Python 3 with venv. Remedy: apt-get install -y python3-venv, then sh deploy/setup/fuzzer.sh"

echo "set-up: installing the fuzzer of the API (pip; some seconds the first time) ..."
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
rm -rf "$folder"
if ! { mkdir -p .crmwatch && python3 -m venv "$folder" && "$folder/bin/python" -m pip install --quiet --no-input \
  --disable-pip-version-check --require-hashes --only-binary :all: -r "$pins" && cp "$pins" "$stamp"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  fail "the fuzzer of the API could not be installed, see above. Remedy: check the network, then sh deploy/setup/fuzzer.sh"
fi
