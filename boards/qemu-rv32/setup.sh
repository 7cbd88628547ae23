#!/bin/sh
# npm run setup:qemu: everything that the qemu-rv32 board needs beside `npm ci`. Two steps, each skipped when it is done:
#   1. Debian packages: the emulator, the cross compiler, its C library, and 32-bit headers for the bench's host tools;
#   2. lwIP's source, through apt as well: Debian's library package has headers only.
# Nothing comes from anywhere but this machine's own, signed Debian or Ubuntu archives. Without the right to install
# packages it says what to install, and changes nothing. Exit 0: the board can be built. Exit 1: it says why not.
set -eu
cd "$(dirname "$0")/../.."

packages="qemu-system-misc gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf gcc-multilib xz-utils"
size="200 MB to download, 1.4 GB on disk"
lwip=build/qemu-rv32/lwip

say() { echo "setup:qemu: $*"; }
fail() { say "$*" >&2; exit 1; }

command -v apt-get >/dev/null || fail "this system has no apt-get; it needs the equivalents of: $packages"

# 1. Packages
missing=""
for package in $packages; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -z "$missing" ]; then
	say "the Debian packages are installed"
elif [ "$(id -u)" -ne 0 ]; then
	fail "not root; install these (all of them are $size):
    sudo apt-get install --no-install-recommends$missing"
else
	say "installing$missing (all of them are $size)"
	apt-get update -qq || fail "apt-get update failed; is the package archive reachable?"
	# The emulated machine's disks, displays and firmware are recommended, not needed.
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
		fail "apt-get could not install:$missing"
fi

# 2. lwIP. The original tarball: Debian's patches to it concern PPP and the Unix port, which the board leaves out.
if [ -f $lwip/src/core/tcp.c ]; then
	say "lwIP's source is in $lwip"
	exit 0
fi
work=$lwip.new
rm -rf $work
mkdir -p $work/sources $work/lists/partial $work/cache/archives/partial

# The machine's own entries for its distribution, as deb-src; its lists and its /etc stay as they are.
entries=$(apt-get indextargets --format '$(ORIGIN) $(SOURCESENTRY)' "Created-By: Packages" |
	sed -n 's/^\(Debian\|Ubuntu\) \(.*\):[0-9]*$/\2/p' | sort -u)
[ -n "$entries" ] || fail "apt knows no Debian or Ubuntu archive yet: run 'apt-get update' as root, then this again"
for entry in $entries; do
	case $entry in
	*.sources) sed 's/^Types:.*/Types: deb-src/' "$entry" >>"$work/sources/$(basename "$entry")" ;;
	*) sed -n 's/^deb /deb-src /p' "$entry" >>"$work/sources/$(basename "$entry" .list).list" ;;
	esac
done
say "fetching lwIP's source package (1 MB, and 10 MB of package lists)"
(
	cd $work
	from_archive() {
		apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$PWD/sources" \
			-o Dir::State::Lists="$PWD/lists" -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User="$(id -un)" "$@"
	}
	from_archive update && from_archive source --download-only lwip >fetched.log 2>&1
) || fail "lwIP's source package could not be fetched; is the package archive reachable?"
tar -xJf $work/lwip_*.orig.tar.xz -C $work --strip-components=1 || fail "lwIP's source package could not be unpacked"
[ -f $work/src/core/tcp.c ] || fail "lwIP's source package is not laid out as expected (no src/core/tcp.c)"
rm -rf $work/sources $work/lists $work/cache $work/fetched.log $lwip
mv $work $lwip
say "lwIP's source is in $lwip"
