# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What both tests here need: packages made of nothing, and words to judge by.

# Writes an ar member: header of 60 bytes, content, padding to an even size.
ar_member() { # name file
    bytes=$(wc -c <"$2" | tr -d ' ')
    printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' "$1" 0 0 0 100644 "$bytes"
    cat "$2"
    [ $((bytes % 2)) = 0 ] || echo
}

# Makes a package of the files in a directory; writes its line of a lock.
make_deb() { # mirror name version directory
    path=pool/main/$2_$3_all.deb
    mkdir -p "$1/pool/main" "$4.control"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: nobody\nDescription: none\n' "$2" "$3" >"$4.control/control"
    (cd "$4.control" && tar -c ./control) | gzip -n >"$4.control.tar.gz"
    (cd "$4" && tar -c .) | gzip -n >"$4.data.tar.gz"
    echo 2.0 >"$4.format"
    {
        printf '!<arch>\n'
        ar_member debian-binary "$4.format"
        ar_member control.tar.gz "$4.control.tar.gz"
        ar_member data.tar.gz "$4.data.tar.gz"
    } >"$1/$path"
    printf '%s\t%s\tall\t%s\t%s\t%s\n' "$2" "$3" "$(sha256sum <"$1/$path" | cut -d ' ' -f 1)" \
        "$(wc -c <"$1/$path" | tr -d ' ')" "$path"
}

failures=0
status=0
claim=

# Begins a test; what follows is judged under its name.
test_that() { claim=$*; }

fail() {
    echo "FAILED: $claim: $*"
    if [ -e "${out:-}" ]; then sed 's/^/    stdout: /' "$out"; fi
    if [ -e "${err:-}" ]; then sed 's/^/    stderr: /' "$err"; fi
    failures=$((failures + 1))
}

# Judges the last command: its exit status is in $status, its output in files $out and $err.
succeeds() { [ "$status" = 0 ] || fail "exit status $status"; }
prints() { grep -qF -- "$1" "$out" || fail "stdout lacks: $1"; }
tells() { grep -qF -- "$1" "$err" || fail "stderr lacks: $1"; }
fails_with() { # text in the last line; nobody but the program itself may speak
    [ "$status" != 0 ] || fail "succeeds"
    tail -n 1 "$err" | grep -qF -- "$1" || fail "last line of stderr lacks: $1"
    if grep -vE '^(bazelw|lock): |^  [-+a-z]' "$err" >/dev/null; then fail "noise on stderr"; fi
}

finish_tests() {
    [ $failures = 0 ] || exit 1
    echo "all good"
}
