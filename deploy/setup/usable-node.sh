# Read by prepare.sh and crmwatch: which Node can run the project's TypeScript without a build.
# shellcheck shell=sh
minimum_node="24.15"

# node_is_usable NODE [OPTION…]: true when that program runs at all, with these options, and is recent enough.
node_is_usable() (
  node=$1
  shift
  "$node" "$@" -e 'const [a, b] = process.versions.node.split(".").map(Number);
    const [c, d] = process.argv[1].split(".").map(Number);
    process.exit(a > c || (a === c && b >= d) ? 0 : 1)' "$minimum_node" >/dev/null 2>&1
)
