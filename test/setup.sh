#!/bin/sh
# What the tests meet beside `npm ci` and `npm run setup:qemu`; each of them skips, with a word, what it needs and misses.
#   openssl, gnutls-bin, golang-go, iproute2   TLS servers of other makes, GnuTLS's in a network namespace
#   nginx-light                                the exported download servers
#   apache2-bin, haproxy, lighttpd, caddy      the other servers of the zoo
#   libnss3-tools                              NSS's server
#   default-jdk-headless, erlang-ssl           Java's and Erlang's
#   easy-rsa, golang-cfssl, mkcert, minica     its authorities
#   chromium                                   the page
#   softhsm2, opensc                           a token, and PKCS#11 by the command
#   zsh, fish                                  what completes verbs there
#   systemd                                    its judge of our units; nothing is started
#   valgrind                                   whether the C kernel's time depends on a secret
# From this machine's own, signed Debian or Ubuntu archives, which start nginx, HAProxy, lighttpd and Caddy where systemd
# runs: the tests have their own processes, so those may be stopped and disabled. Without the right to install packages it says what to
# install and changes nothing. Exit 0: they are there.
set -eu

packages="openssl gnutls-bin golang-go iproute2 nginx-light chromium valgrind systemd softhsm2 opensc zsh fish
	apache2-bin haproxy lighttpd lighttpd-mod-openssl lighttpd-mod-gnutls caddy libnss3-tools default-jdk-headless
	erlang-ssl easy-rsa golang-cfssl mkcert minica"
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
