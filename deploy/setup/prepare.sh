#!/bin/sh
# Makes this clone ready for `npm start` or `npm test`: dependencies, a current Node, Debian packages.
#
# usage: sh deploy/setup/prepare.sh start|test
#
# npm calls it before the script itself (prestart, pretest), when node_modules may not exist yet and the Node of
# the machine may be too old for the project. So it is plain POSIX sh and needs nothing but npm. When all is in
# place it says nothing and takes some hundred milliseconds.
#
# Exit codes: 0 ready (perhaps with advice printed), 1 the project cannot run, 2 wrong usage.
set -u

mode=${1:-}
case $mode in
  start | test) ;;
  *)
    echo "usage: sh deploy/setup/prepare.sh start|test" >&2
    exit 2
    ;;
esac

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P) || exit 1
cd "$root" || exit 1

# A copy of the lockfile that the last `npm ci` installed: equal content means fresh, whatever the times say.
stamp=node_modules/.crmwatch-lock.json
own_node=node_modules/.bin/node

. deploy/setup/usable-node.sh

# npm puts node_modules/.bin first on PATH. What belongs to the machine is looked for without it, and with the
# folders of system programs, which an ordinary user's PATH lacks.
machine_path=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin/*$' | tr '\n' ':')/usr/sbin:/sbin

say() {
  printf 'set-up: %s\n' "$*"
}

fail() {
  printf 'set-up: %s\n' "$*" >&2
  exit 1
}

has() {
  (PATH=$machine_path && command -v "$1") >/dev/null 2>&1
}

# --- dependencies ------------------------------------------------------------------------------------------

# The npm that is running us, or else the one of the machine; never through a Node inside node_modules, which
# `npm ci` is about to delete.
run_npm() {
  case ${npm_execpath:-} in
    *npm-cli.js) PATH=$machine_path "${npm_node_execpath:-node}" "$npm_execpath" "$@" ;;
    *) PATH=$machine_path npm "$@" ;;
  esac
}

# npm 9 and 10 lose the link to our Node when they discard the packages of other platforms, each of which brings a
# program of that name.
link_node() {
  [ ! -e "$own_node" ] || return 0
  for binary in node_modules/node-*/bin/node; do
    [ -x "$binary" ] || continue
    mkdir -p node_modules/.bin
    ln -sf "../${binary#node_modules/}" "$own_node"
  done
}

# The flags undo what the outer npm, or NODE_ENV, hands down by environment variables. No dependency has an install
# script, and none gets to run one.
install_dependencies() {
  if [ -L node_modules ]; then
    [ -e node_modules/vitest ] || fail "node_modules is a link that leads nowhere: remove it and run this again."
    return 0 # Someone shares one installation between work trees; it is not ours to delete.
  fi
  cmp -s package-lock.json "$stamp" && return 0
  say "installing the dependencies (npm ci; about a minute the first time) ..."
  log=$(mktemp) || exit 1
  if ! run_npm ci --include=dev --include=optional --global=false --dry-run=false --ignore-scripts \
    --no-audit --no-fund --no-progress >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "npm ci failed, see above. Remedy: check the network and the free disk space, then run this again."
  fi
  rm -f "$log"
  link_node
  cp package-lock.json "$stamp"
  say "dependencies are ready."
}

# --- packages of the system --------------------------------------------------------------------------------

has_libatomic() {
  [ ! -e "$own_node" ] || "$own_node" --version >/dev/null 2>&1
}

has_any() {
  for candidate in "$@"; do
    [ -e "$candidate" ] && return 0
  done
  return 1
}

can_make_venv() {
  (PATH=$machine_path && python3 -c 'import ensurepip, venv') >/dev/null 2>&1
}

missing=
# need PACKAGE COMMAND...: the Debian package is missing when the command fails.
need() {
  package=$1
  shift
  "$@" || missing="$missing $package"
}

find_missing_packages() {
  need libatomic1 has_libatomic
  need prometheus has prometheus
  has alertmanager || need prometheus-alertmanager has prometheus-alertmanager
  [ "$mode" = test ] || return 0
  modules=/usr/lib/python3/dist-packages
  need tryton-server has trytond
  need tryton-modules-party has_any $modules/trytond/modules/party
  need tryton-modules-sale-opportunity has_any $modules/trytond/modules/sale_opportunity
  need python3-psycopg2 has_any $modules/psycopg2
  need python3-prometheus-client has_any $modules/prometheus_client
  need postgresql has_any /usr/lib/postgresql/*/bin/initdb
  need mariadb-server-core has mariadbd
  # What prepares a folder of data for it asks a program of the client.
  need mariadb-client-core has my_print_defaults
  need chromium has chromium
  need python3-venv can_make_venv
  need systemd has systemd-analyze
  need openssl has openssl
  need monitoring-plugins-basic has_any /usr/lib/nagios/plugins/check_dummy
  need nginx-light has nginx
  # A library that records writes is compiled by the tests of power cuts.
  need gcc has cc
  need libc6-dev has_any /usr/include/stdio.h
  need ca-certificates has_any /etc/ssl/certs/ca-certificates.crt
}

is_debian() {
  has apt-get && has dpkg-query && grep -qiE '^ID(_LIKE)?=.*debian' /etc/os-release 2>/dev/null
}

policy=/usr/sbin/policy-rc.d
policy_is_ours=no
forbid_service_starts() {
  [ -e "$policy" ] && return 0
  policy_is_ours=yes
  trap allow_service_starts EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
}

allow_service_starts() {
  [ "$policy_is_ours" = yes ] && rm -f "$policy"
  policy_is_ours=no
}

run_apt() {
  PATH=$machine_path DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >>"$apt_log" 2>&1 </dev/null
}

# A package is for the tests and the demonstration to start by hand: its system service must neither start now nor at
# the next boot. Only services of packages that were installed here are touched.
disable_services() {
  [ -d /run/systemd/system ] || return 0
  for package in "$@"; do
    case $package in
      prometheus | prometheus-alertmanager | postgresql | tryton-server)
        PATH=$machine_path systemctl disable --now "$package" >/dev/null 2>&1
        ;;
    esac
  done
  return 0
}

install_packages() {
  say "installing Debian packages:$missing (some minutes the first time) ..."
  apt_log=$(mktemp) || exit 1
  forbid_service_starts
  run_apt update
  # shellcheck disable=SC2086 # The list is split into words on purpose.
  if ! run_apt install -y --no-install-recommends $missing; then
    # One package that this release lacks must not take the others with it.
    for package in $missing; do
      run_apt install -y --no-install-recommends "$package" || say "could not install $package."
    done
  fi
  # shellcheck disable=SC2086
  disable_services $missing
  allow_service_starts
  wanted=$missing
  missing=
  find_missing_packages
  if [ -n "$missing" ]; then
    tail -n 20 "$apt_log" >&2
    say "still missing:$missing. What needs them is skipped or refused by name."
  else
    say "Debian packages are ready (installed:$wanted; no service was started)."
  fi
  rm -f "$apt_log"
}

ensure_packages() {
  find_missing_packages
  [ -n "$missing" ] || return 0
  if ! is_debian; then
    say "missing programs, named as Debian packages:$missing. Please install them with this system's package manager."
  elif [ "$(id -u)" = 0 ]; then
    install_packages
  else
    say "missing Debian packages. Please run:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
  fi
}

# --- Node --------------------------------------------------------------------------------------------------

# npm finds `node` in node_modules/.bin first: that one must work, or be out of the way of one that does.
ensure_node() {
  if [ -e "$own_node" ] && node_is_usable "$own_node"; then return 0; fi
  machine_node=$(PATH=$machine_path && command -v node) || machine_node=
  found=none
  [ -z "$machine_node" ] || found=$("$machine_node" --version 2>/dev/null)
  if [ -n "$machine_node" ] && node_is_usable "$machine_node"; then
    if [ -e "$own_node" ] && [ ! -L node_modules ]; then
      say "the Node that the project brings does not run here: using this machine's Node $found instead."
      rm -f "$own_node"
    fi
    return 0
  fi
  if [ -e "$own_node" ]; then
    "$own_node" --version 2>&1 >/dev/null | head -n 3 >&2
    if is_debian; then
      fail "the Node that the project brings does not run here, see above. Remedy: sudo apt-get install -y libatomic1"
    fi
    fail "the Node that the project brings does not run here, see above. Remedy: install libatomic, or Node $minimum_node or later."
  fi
  fail "Node $minimum_node or later is needed, found $found, and npm has no Node for this platform ($(uname -sm)). Remedy: install a current Node."
}

# `npx crmwatch` then finds the command here and asks no registry for a package of that name.
link_command() {
  [ -L node_modules ] || [ -e node_modules/.bin/crmwatch ] || ln -sf ../../deploy/setup/crmwatch node_modules/.bin/crmwatch
}

install_dependencies
ensure_packages
# Its test says what is missing; all others can do without.
[ "$mode" = start ] || PATH=$machine_path sh deploy/setup/fuzzer.sh || say "the API cannot be fuzzed."
ensure_node
link_command
