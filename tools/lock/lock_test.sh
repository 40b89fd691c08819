#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests tools/lock/lock with an index and packages made here. Their programs
# are texts of the libraries they need, which a script in place of readelf reads.
set -u
src=$PWD
# shellcheck source=tools/lock/testing.sh
. "$src/tools/lock/testing.sh"

W=${TEST_TMPDIR:-$(mktemp -d)}/lock_test
rm -rf "$W"
mkdir -p "$W/specs" "$W/locks"
out=$W/out
err=$W/err
mirror=$W/mirror
lib=usr/lib/x86_64-linux-gnu

cat >"$W/readelf" <<'END'
#!/bin/sh
# readelf -dW FILE
sed -n -e 's/^needs \(.*\)/ 0x1 (NEEDED) Shared library: [\1]/p' -e 's/^runpath \(.*\)/ 0x1d (RUNPATH) Library runpath: [\1]/p' "$2"
END
chmod +x "$W/readelf"

lock() {
    status=0
    DEB_MIRROR=file://$mirror "$src/tools/lock/lock" "$@" --specs "$W/specs" --locks "$W/locks" \
        --debs "$W/debs" --index "$W/Packages" --readelf "$W/readelf" >"$out" 2>"$err" || status=$?
}

# Makes a package and its entry in the index. Files: path=line of text, path@target of a link.
package() { # name version fields files...
    name=$1
    version=$2
    fields=$3
    shift 3
    d=$W/p/$name
    rm -rf "$W/p"
    mkdir -p "$d"
    for f in "$@"; do
        case $f in
        *@*)
            mkdir -p "$d/$(dirname "${f%%@*}")"
            ln -s "${f#*@}" "$d/${f%%@*}"
            ;;
        *=*)
            mkdir -p "$d/$(dirname "${f%%=*}")"
            printf '%s\n' "${f#*=}" >>"$d/${f%%=*}"
            ;;
        esac
    done
    make_deb "$mirror" "$name" "$version" "$d" >"$W/line"
    {
        printf 'Package: %s\nVersion: %s\nArchitecture: all\n' "$name" "$version"
        [ -z "$fields" ] || printf '%s\n' "$fields"
        awk -F '\t' '{ print "Filename: " $6 "\nSize: " $5 "\nSHA256: " $4 "\n" }' "$W/line"
    } >>"$W/Packages"
}

spec() { # name: text on stdin
    cat >"$W/specs/$1.spec"
}

names() { cut -f 1 "$W/locks/$1.lock" | tr '\n' ' '; }
has() { [ "$(names "$1")" = "$2 " ] || fail "$1.lock has: $(names "$1")"; }

package prog 1 "Pre-Depends: pre (>= 1)
Depends: no-such | liba (>= 1), virtual, perl | no-such, unused" \
    "usr/bin/prog=needs liba.so.1" "usr/bin/prog=needs libp.so.1" "usr/bin/prog=runpath \$ORIGIN/../lib/priv" \
    "usr/lib/priv/libp.so.1=x"
package pre 1 "" "$lib/libpre.so.1=x"
package liba 1 "Depends: libb" "$lib/liba.so.1.0=needs libb.so.1" "$lib/liba.so.1@liba.so.1.0"
package libb 1:1-1 "" "lib/x86_64-linux-gnu/libb.so.1=x"
package impl 1 "Provides: other, virtual (= 1)" "usr/share/impl=x"
package unused 1 "" "usr/share/unused=x"
package perl 1 "Depends: no-such" "usr/bin/perl=x"
package data 1 "Depends: unused-too" "usr/share/data=x"
cp "$W/Packages" "$W/Packages.1"

test_that "a lock has what programs reach through their libraries, and what is kept"
spec a <<'END'
# a comment
suite any
want prog   # and another
keep data
drop per?
program usr/bin/prog
END
lock make a
succeeds
has a "data liba libb prog"
tells "4 packages"

test_that "its lines are name, version, architecture, sha256, size and path"
grep -q "^libb	1:1-1	all	$(sha256sum <"$mirror/pool/main/libb_1:1-1_all.deb" | cut -c1-64)	[0-9]*	pool/main/libb_1:1-1_all.deb\$" "$W/locks/a.lock" ||
    fail "$(cat "$W/locks/a.lock")"

test_that "a second run makes the same lock"
cp "$W/locks/a.lock" "$W/a.lock"
lock make a
succeeds
cmp "$W/a.lock" "$W/locks/a.lock" || fail "another lock"

test_that "without a program all that is wanted and kept is there, the rest is not"
spec b <<'END'
want impl unused
keep perl
END
lock make b
succeeds
has b "impl perl unused"

test_that "what provides a name counts as it"
spec c <<'END'
want prog
drop perl
program usr/bin/prog usr/share/impl
END
lock make c
succeeds
has c "impl liba libb prog"

test_that "a package dropped is not followed, and what only it has is missed"
spec d <<'END'
want prog
drop perl libb
program usr/bin/prog
END
rm -f "$W/locks/d.lock"
lock make d
fails_with "no lock written"
tells "liba.so.1.0 needs libb.so.1, which no package has"
[ ! -e "$W/locks/d.lock" ] || fail "a lock is written all the same"

test_that "a dependency on nothing known fails"
spec e <<'END'
want prog
END
lock make e
fails_with "perl needs no-such"

test_that "a wanted package that does not exist fails"
spec f <<'END'
want nobody
END
lock make f
fails_with "there is no package nobody"

test_that "a program that does not exist fails"
spec g <<'END'
want unused
program usr/bin/nothing*
END
lock make g
fails_with "no package has usr/bin/nothing"

test_that "a word that is no word of specs fails with its line"
spec h <<'END'
want unused
wnat impl
END
lock make h
fails_with "h.spec:2: unknown word wnat"

test_that "a mirror whose package differs from its index fails"
cp "$mirror/pool/main/unused_1_all.deb" "$W/keep.deb"
rm -rf "$W/debs"
echo tampered >>"$mirror/pool/main/unused_1_all.deb"
lock make b
fails_with "unused_1_all.deb has"
cp "$W/keep.deb" "$mirror/pool/main/unused_1_all.deb"
printf X | dd of="$mirror/pool/main/unused_1_all.deb" bs=1 seek=200 conv=notrunc 2>/dev/null
lock make b
fails_with "unused_1_all.deb has a wrong sha256"
cp "$W/keep.deb" "$mirror/pool/main/unused_1_all.deb"

test_that "check is content with what it pinned"
lock check "$W/locks/a.lock"
succeeds
lock check --quick "$W/locks/a.lock"
succeeds

test_that "fetch makes a mirror"
lock fetch "$W/copy" "$W/locks/a.lock"
succeeds
cmp "$W/copy/pool/main/liba_1_all.deb" "$mirror/pool/main/liba_1_all.deb" || fail "no copy"

test_that "refresh leaves a lock alone as long as all is there"
lock refresh a
succeeds
tells "still on the mirror"
cmp "$W/a.lock" "$W/locks/a.lock" || fail "another lock"

# The archive moves on: liba and prog have new versions, liba's old one is gone.
package liba 2 "Depends: libb" "$lib/liba.so.1.0=needs libb.so.1" "$lib/liba.so.1@liba.so.1.0"
package prog 10 "Depends: liba" "usr/bin/prog=needs liba.so.1"
package prog 9 "Depends: liba" "usr/bin/prog=needs liba.so.1"
rm "$mirror/pool/main/liba_1_all.deb"

test_that "check tells what has left the mirror"
rm -rf "$W/debs"
lock check --quick "$W/locks/a.lock"
fails_with "1 packages are not as pinned"
tells "liba: pool/main/liba_1_all.deb is on no mirror"
lock check "$W/locks/a.lock"
fails_with "1 packages are not as pinned"

test_that "refresh replaces what has left, and nothing else"
lock refresh a
succeeds
has a "data liba libb prog"
grep -q '^liba	2	' "$W/locks/a.lock" || fail "liba is not replaced"
grep -q '^prog	1	' "$W/locks/a.lock" || fail "prog is replaced"
tells "liba 1 -> 2"

test_that "refresh --all replaces everything, by the highest version"
lock refresh --all a
succeeds
grep -q '^prog	10	' "$W/locks/a.lock" || fail "prog is not replaced by version 10"

test_that "a refresh that breaks a library writes nothing"
cp "$W/locks/a.lock" "$W/a.lock"
package libb 2 "" "$lib/libb.so.2=x"
rm "$mirror/pool/main/libb_1:1-1_all.deb"
rm -rf "$W/debs"
sed -i '/^Package: libb$/,/^$/{/Version: 1:1-1/,/^$/d;}' "$W/Packages"
lock refresh a
fails_with "no lock written"
cmp "$W/a.lock" "$W/locks/a.lock" || fail "another lock"

test_that "a lock of a wrong form is told with its line"
printf 'x\t1\tall\tshort\t1\tpool/x.deb\n' >"$W/locks/bad.lock"
lock check "$W/locks/bad.lock"
fails_with "bad.lock:1: not name"

test_that "every option is in --help, and every word of a spec"
lock --help
succeeds
for w in $(sed -n 's/^ *\(--[a-z-]*\)\( |.*\)*).*/\1/p' "$src/tools/lock/lock") want keep drop program libdir classpath absent suite; do
    prints "$w"
done

test_that "mistakes in the command are told"
lock nonsense x
fails_with "unknown command nonsense"
lock make a --nonsense
fails_with "unknown option --nonsense"
lock make
fails_with "make needs an argument"

# ---- The locks of this repository ---------------------------------------------------

test_that "this repository's locks are well formed, each has a spec and each spec a lock"
for f in "$src"/third_party/locks/*.lock; do
    n=$(basename "$f" .lock)
    # npm's is written by hand: its one line holds what "npm view" says.
    [ "$n" != npm ] || continue
    [ -e "$src/tools/lock/specs/$n.spec" ] || fail "no spec for $n.lock"
    awk -F '\t' 'NF != 6 || length($4) != 64 || $5 !~ /^[0-9]+$/ || $6 !~ /^pool\// || seen[$1]++ { exit 1 }' "$f" ||
        fail "$n.lock is malformed"
    LC_ALL=C sort -c "$f" || fail "$n.lock is not sorted"
done
for f in "$src"/tools/lock/specs/*.spec; do
    n=$(basename "$f" .spec)
    [ -e "$src/third_party/locks/$n.lock" ] || fail "no lock for $n.spec"
done

finish_tests
