#!/bin/sh
# The TLS servers of other makes that interoperability.test.ts meets: OpenSSL's, GnuTLS's, Go's, and `ip` for the network
# namespace that GnuTLS's needs. From this machine's own, signed Debian or Ubuntu archives. Without the right to install
# packages it says what to install and changes nothing. Exit 0: they are there. Arguments: other packages instead
# (nginx-light and chromium, for test/host).
set -eu

packages=${*:-"openssl gnutls-bin golang-go iproute2"}
say() { echo "setup: $*"; }
fail() { say "$*" >&2; exit 1; }

command -v apt-get >/dev/null || fail "this system has no apt-get; it needs the equivalents of: $packages"
missing=""
for package in $packages; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -z "$missing" ]; then
	say "installed already: $packages"
	exit 0
fi
[ "$(id -u)" -eq 0 ] || fail "not root; install these:
    sudo apt-get install --no-install-recommends$missing"
say "installing$missing"
apt-get update -qq || fail "apt-get update failed; is the package archive reachable?"
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
	fail "apt-get could not install:$missing"
