#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ./bazelw with a mirror of two tiny packages, whose loader is a script
# that writes what it was asked to start. Needs no network and no Debian.
set -u
src=$PWD
# shellcheck source=tools/lock/testing.sh
. "$src/tools/lock/testing.sh"

# The space in the name is meant: homes have spaces too.
W="${TEST_TMPDIR:-$(mktemp -d)}/a b"
rm -rf "$W"
mkdir -p "$W/ws/tools/lock" "$W/ws/third_party/locks" "$W/bin" "$W/apt/sources.list.d" "$W/pa" "$W/pb"
cp "$src/bazelw" "$W/ws/bazelw"
cp "$src/tools/lock/debian.sh" "$W/ws/tools/lock/debian.sh"
echo 7.7.1 >"$W/ws/.bazelversion"
echo usr/share/java/a.jar >"$W/ws/third_party/locks/bazel.classpath"
out=$W/out
err=$W/err

# ---- The fake packages ---------------------------------------------------------

lib=usr/lib/x86_64-linux-gnu
mkdir -p "$W/pa/$lib" "$W/pa/usr/share/doc" "$W/pb/usr/share/bazel" "$W/pb/usr/bin"
cat >"$W/pa/$lib/ld-linux-x86-64.so.2" <<'END'
#!/bin/sh
printf 'started'
printf ' [%s]' "$@"
echo
END
chmod +x "$W/pa/$lib/ld-linux-x86-64.so.2"
echo x >"$W/pa/usr/share/doc/x"
ln -s "/$lib/ld-linux-x86-64.so.2" "$W/pa/absolute"
: >"$W/pb/usr/share/bazel/A-server.jar"
: >"$W/pb/usr/share/bazel/bazel_classpath_debian_depends.txt"
: >"$W/pb/usr/share/bazel/daemonize"
head -c 200000 /dev/zero >"$W/pb/usr/bin/bazel"
mirror=$W/mirror
{
    make_deb "$mirror" a 1 "$W/pa"
    make_deb "$mirror" b 1 "$W/pb"
} >"$W/ws/third_party/locks/bazel.lock"
# A mirror's address may have no space.
ln -s "$mirror" "${TMPDIR:-/tmp}/bazelw_test.$$"
trap 'rm -f "${TMPDIR:-/tmp}/bazelw_test.$$"' EXIT
url=file://${TMPDIR:-/tmp}/bazelw_test.$$

# ---- The fake host: only these programs, some of which may be replaced -----------

for t in awk bash cat chmod cp cut df dpkg-deb find flock grep gzip head id ln ls mkdir mktemp mv readlink rm \
    sed sh sha256sum sleep sort tail tar timeout touch tr uname wc xz; do
    p=$(command -v $t) && ln -s "$p" "$W/bin/$t"
done

reset() { # leaves nothing of the tests before
    rm -rf "${W:?}/home" "$W/fake"
    mkdir "$W/home" "$W/fake"
    rm -f "$W"/apt/sources.list "$W"/apt/sources.list.d/*
}

fake() { # name: the script on stdin goes before the host's program
    {
        echo '#!/bin/sh'
        cat
    } >"$W/fake/$1"
    chmod +x "$W/fake/$1"
}

# Runs bazelw in the fake host. Words with = before -- are its environment.
bazelw() {
    status=0
    env -i HOME="$W/home" PATH="$W/fake:$W/bin" BAZELW_APT="$W/apt" DEB_MIRROR="$url" SSL_CERT_FILE=/nonexistent \
        "$@" >"$out" 2>"$err" || status=$?
}
run="$W/ws/bazelw"
cache=$W/home/.cache/bazelw

no_leftovers() {
    for d in "$cache"/tmp.*; do [ ! -e "$d" ] || fail "leaves $d"; done
}

# ---- Whose Bazel -------------------------------------------------------------------

reset
test_that "BAZEL is run as it is"
fake other <<'END'
echo "other $*"
END
bazelw BAZEL=other "$run" build //:x
succeeds
prints "other build //:x"

test_that "a wrong BAZEL is told"
bazelw BAZEL=/nonexistent/bazel "$run" build
fails_with "BAZEL=/nonexistent/bazel is no program"

test_that "a bazel on PATH of the right version is run"
fake bazel <<'END'
if [ "$1" = --version ]; then echo "bazel 7.7.1"; else echo "path $*"; fi
END
bazelw "$run" --output_base=/x build "//:a b"
succeeds
prints "path --output_base=/x build //:a b"
[ ! -e "$cache/debs" ] || fail "downloads all the same"

test_that "a bazel on PATH of another version is not run, bazelisk is the next"
for v in "bazel 7.7.10" "bazel 7.7.1-pre" "bazel 8.0.0" ""; do
    fake bazel <<END
if [ "\$1" = --version ]; then echo "$v"; else echo "path \$*"; fi
END
    fake bazelisk <<'END'
if [ "$1" = --version ]; then echo "bazel 7.7.1"; else echo "isk $*"; fi
END
    bazelw "$run" build
    succeeds
    prints "isk build"
done

test_that "a hanging bazelisk is given up"
fake bazelisk <<'END'
exec sleep 60
END
bazelw BAZELW_PATIENCE=1 "$run" build
succeeds
prints "[$cache/bazel-7.7.1-"

test_that "a bazel that runs bazelw does not go round"
reset
fake bazel <<END
exec "$run" "\$@"
END
bazelw BAZELW_PATIENCE=1 "$run" build
succeeds
prints "[build]"

# ---- Setting up ----------------------------------------------------------------------

test_that "startup options, and arguments with spaces, reach Bazel in their order"
reset
bazelw "$run" --output_base=/x build "//:a b" ''
succeeds
prints "[--nosystem_rc]"
prints "[--trust_install_base]"
prints "[--host_jvm_args=-Djdk.lang.Process.launchMechanism=VFORK]"
prints "[--output_base=/x] [build] [//:a b] []"
tells "setting up bazel 7.7.1"
no_leftovers
P=$(echo "$cache"/bazel-7.7.1-*)

test_that "the prefix is complete: links inside, class path, helpers, rules of WORKSPACE mode"
[ "$(readlink "$P/absolute")" = "$P/$lib/ld-linux-x86-64.so.2" ] || fail "link goes to $(readlink "$P/absolute")"
[ "$(cat "$P/ib/bazel_classpath_debian_depends.txt")" = "$P/usr/share/java/a.jar" ] || fail "class path"
[ -x "$P/ib/daemonize" ] || fail "daemonize"
[ -e "$P/ib/A-server.jar" ] || fail "A-server.jar"
[ -e "$P/ib/rules/java/toolchains/local_java_repository.bzl" ] || fail "rules/java"
[ ! -e "$P/usr/share/doc" ] || fail "documentation"
[ ! -e "$cache/debs" ] || fail "packages are still there"

test_that "--version is answered"
bazelw "$run" --version
succeeds
[ "$(cat "$out")" = "bazel 7.7.1" ] || fail "says $(cat "$out")"

test_that "the second start sets nothing up and says nothing"
bazelw DEB_MIRROR=file:///nonexistent "$run" build
succeeds
[ ! -s "$err" ] || fail "speaks"

test_that "a damaged prefix is made again"
rm "$P/bin/bazel"
bazelw "$run" build
succeeds
tells "setting up"

test_that "a moved cache is set up again, as its files name their place"
bazelw BAZELW_CACHE="$W/home/elsewhere" "$run" build
succeeds
prints "$W/home/elsewhere/bazel-7.7.1-"

test_that "packages are kept if asked for, and are a mirror then"
reset
bazelw BAZELW_KEEP_DEBS=1 "$run" build
succeeds
cmp -s "$cache/debs/pool/main/a_1_all.deb" "$mirror/pool/main/a_1_all.deb" || fail "not kept"

test_that "it unpacks without dpkg-deb too"
if [ -e "$W/bin/xz" ]; then
    reset
    mv "$W/bin/dpkg-deb" "$W/dpkg-deb" 2>/dev/null
    bazelw "$run" build x
    succeeds
    prints "[build] [x]"
    mv "$W/dpkg-deb" "$W/bin/dpkg-deb" 2>/dev/null
fi

# ---- Mirrors -----------------------------------------------------------------------

# A curl that knows one mirror, whatever its name's beginning.
fake_curl() {
    fake curl <<END
while [ \$# -gt 1 ]; do [ "\$1" != -o ] || to=\$2; shift; done
echo "\$1" >>"$W/asked"
case \$1 in http*://good.example/debian/*) exec cp "$mirror/\${1#*/debian/}" "\$to" ;; esac
echo "curl: (6) Could not resolve host" >&2
exit 6
END
    rm -f "$W/asked"
}
sources() { # a file of sources, text on stdin
    cat >"$W/apt/sources.list.d/$1"
}

test_that "apt's one-line sources are understood"
reset
fake_curl
sources x.list <<'END'
# deb http://commented.example/debian sid main
deb-src http://source.example/debian sid main
deb [arch=amd64 signed-by=/k] http://good.example/debian/ sid main
deb http://good.example/debian-security sid main
deb http://other.example/apt x main
END
bazelw DEB_MIRROR= "$run" build
succeeds
grep -qv '^http://good.example/debian/pool/' "$W/asked" && fail "asks for others: $(cat "$W/asked")"

test_that "apt's deb822 sources are understood, switched off ones are not used"
reset
fake_curl
sources x.sources <<'END'
Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: sid

Types: deb
URIs:
 http://bad.example/debian
 https://good.example/debian
Suites: sid
END
bazelw DEB_MIRROR= "$run" build
succeeds
grep -q '^http://bad.example/debian/pool/main/a_1_all.deb' "$W/asked" || fail "does not take the first one first"
grep -q off.example "$W/asked" && fail "takes one that is switched off"

test_that "no mirror known is told"
reset
bazelw DEB_MIRROR= "$run" build
fails_with "no Debian mirror is known: set DEB_MIRROR"
no_leftovers

test_that "an unreachable mirror is told, with what to do"
reset
bazelw DEB_MIRROR=file:///nonexistent "$run" build
fails_with "check the network or set DEB_MIRROR"
no_leftovers

test_that "the second mirror serves if the first one does not"
reset
bazelw DEB_MIRROR="file:///nonexistent $url/" "$run" build
succeeds

test_that "a wrong hash is told and leaves nothing behind"
reset
mkdir "$W/home/bad"
cp -R "$mirror/pool" "$W/home/bad/pool"
echo tampered >>"$W/home/bad/pool/main/a_1_all.deb"
ln -sfn "$W/home/bad" "${TMPDIR:-/tmp}/bazelw_test.$$"
bazelw "$run" build
fails_with "wrong sha256"
no_leftovers
ln -sfn "$mirror" "${TMPDIR:-/tmp}/bazelw_test.$$"
bazelw "$run" build
succeeds

test_that "a damaged package in the cache is downloaded again"
reset
mkdir -p "$cache/debs/pool/main"
echo damaged >"$cache/debs/pool/main/a_1_all.deb"
bazelw "$run" build
succeeds

# ---- Hosts that lack something -------------------------------------------------------

test_that "a full disk is told before anything is done"
reset
fake df <<'END'
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
echo "/dev/x 100 99 1 99% /"
END
bazelw "$run" build
fails_with "is full"
no_leftovers

test_that "a disk that becomes full is told"
reset
status=0
(
    # In blocks of 512 bytes: enough for the packages, not for what is in them.
    ulimit -f 100
    bazelw "$run" build
    exit $status
) || status=$?
fails_with "disk is probably full"
no_leftovers
bazelw "$run" build
succeeds

test_that "a package that cannot be unpacked is told"
reset
fake tar <<'END'
echo "tar: no such luck" >&2
exit 2
END
bazelw "$run" build
fails_with "(tar: no such luck)"
no_leftovers

test_that "another system is told what to do"
reset
fake uname <<'END'
case $1 in -s) echo Darwin ;; *) echo arm64 ;; esac
END
bazelw "$run" build
fails_with "no pinned packages for Darwin arm64: install bazel 7.7.1"

test_that "a machine that cannot download is told what to install"
reset
if [ ! -x /usr/lib/apt/apt-helper ]; then
    bazelw DEB_MIRROR=http://h.example/debian "$run" build
    fails_with "install curl, wget or apt"
fi

test_that "a machine that cannot unpack is told what to install"
mkdir "$W/away"
mv "$W/bin/xz" "$W/bin/dpkg-deb" "$W/away" 2>/dev/null
bazelw "$run" build
fails_with "install dpkg or xz-utils"
mv "$W"/away/* "$W/bin"

test_that "HOME that is not set is told"
bazelw HOME= "$run" build
fails_with "HOME is not set: set BAZELW_CACHE"

test_that "HOME that cannot be written is told"
: >"$W/home/file"
bazelw HOME="$W/home/file" "$run" build
fails_with "cannot write to"

# ---- Interrupted and parallel --------------------------------------------------------

# Waits until the slow copy has begun, 5 seconds at most.
wait_for_copy() {
    i=0
    until [ -e "$W/home/copying" ] || [ $i = 50 ]; do
        sleep 0.1
        i=$((i + 1))
    done
}

slow_cp() {
    fake cp <<END
: >"$W/home/copying"
exec sleep 3
END
}

# In the background "env" itself is the job, so that its number is bazelw's.
start() {
    env -i HOME="$W/home" PATH="$W/fake:$W/bin" BAZELW_APT="$W/apt" DEB_MIRROR="$url" SSL_CERT_FILE=/nonexistent \
        "$run" build >"$W/out$1" 2>"$W/err$1" &
}

test_that "an ended set-up leaves nothing, and the next one succeeds"
reset
slow_cp
start 1
wait_for_copy
kill -TERM $!
wait $!
status=$?
[ $status = 143 ] || fail "exit status $status"
no_leftovers
rm "$W/fake/cp"
bazelw "$run" build
succeeds

test_that "what a killed set-up leaves is removed, and its lock holds nobody up"
reset
slow_cp
start 1
wait_for_copy
kill -KILL $!
wait $! 2>/dev/null
rm "$W/fake/cp"
bazelw "$run" build
succeeds
no_leftovers
grep -q waiting "$err" && fail "waits for a dead one"

test_that "of two set-ups at a time one downloads, both start"
reset
fake cp <<END
case "\$*" in *pool*) echo x >>"$W/home/copies" ;; esac
sleep 0.3
exec "$W/bin/cp" "\$@"
END
start 1
one=$!
start 2
wait $one || fail "the first one fails"
wait $! || fail "the second one fails"
grep -q '\[build\]' "$W/out1" || fail "the first one does not start"
grep -q '\[build\]' "$W/out2" || fail "the second one does not start"
no_leftovers
if [ -e "$W/bin/flock" ]; then
    [ "$(wc -l <"$W/home/copies")" = 2 ] || fail "$(wc -l <"$W/home/copies") downloads"
fi

test_that "without flock two set-ups do no harm"
reset
mv "$W/bin/flock" "$W/flock" 2>/dev/null
start 1
one=$!
start 2
wait $one || fail "the first one fails"
wait $! || fail "the second one fails"
grep -q '\[build\]' "$W/out1" || fail "the first one does not start"
grep -q '\[build\]' "$W/out2" || fail "the second one does not start"
no_leftovers
mv "$W/flock" "$W/bin/flock" 2>/dev/null

finish_tests
