#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests initramfs: the archive has each folder once, in front of what is in it,
# and is the same whenever it is made.
set -eu
tool=$PWD/$1
cd "${TEST_TMPDIR:-$(mktemp -d)}"

fail() {
    echo "initramfs_test: $*"
    exit 1
}

printf 'one\n' >one.txt
printf 'three' >three.txt
"$tool" a.cpio bin/one=one.txt bin/sub/three=three.txt init=one.txt
touch -d 2001-01-01 one.txt three.txt
chmod 600 one.txt
"$tool" b.cpio bin/one=one.txt bin/sub/three=three.txt init=one.txt
cmp a.cpio b.cpio || fail "time or mode of a file shows"

# Names, in order: what stands behind each header of 110 characters.
grep -a -o '070701[0-9a-f]\{104\}[^[:cntrl:]]*' a.cpio | cut -c 111- >names
printf '%s\n' bin bin/one bin/sub bin/sub/three init 'TRAILER!!!' >want
tr -d '\000' <names | cmp - want || fail "names: $(cat names)"
[ $(($(wc -c <a.cpio) % 4)) = 0 ] || fail "size"
if "$tool" c.cpio bin/one=missing 2>/dev/null; then fail "packs a file that is not there"; fi
