# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the tests of the build share: TAP, copies of the source tree, Bazel servers of their own.

count=0
failed=0

# report NAME STATUS: one result; STATUS 0 is good.
report() {
    count=$((count + 1))
    if [ "$2" = 0 ]; then
        echo "ok $count - build.$1"
    else
        echo "not ok $count - build.$1"
        failed=1
    fi
}

# claim NAME COMMAND...: one result, that of the command.
claim() {
    claimed=$1
    shift
    "$@"
    report "$claimed" $?
}

# quote FILE: shows it as TAP comments.
quote() { tail -n "${2:-40}" "$1" | sed 's/^/# /'; }

finish() {
    echo "1..$count"
    exit "$failed"
}

# The real source tree, found through the link that runfiles hold.
source_tree() { dirname "$(readlink -f "$1")"; }

# copy_tree FROM TO: the sources, without what Bazel or git made.
copy_tree() {
    mkdir -p "$2"
    (cd "$1" && tar -cf - --exclude='./bazel-*' --exclude=./.git --exclude=./user.bazelrc .) | (cd "$2" && tar -xf -)
}

# Packages that the calling build has downloaded, so that nothing is downloaded twice.
known_packages() {
    case $PWD in
    */execroot/*) root=$(dirname "${PWD%%/execroot/*}") ;;
    *) root=$(dirname "$(readlink -f "$0" | sed 's#/execroot/.*##')") ;;
    esac
    [ -d "$root/cache/repos/v1" ] && echo "$root/cache/repos/v1"
}

# bazel TREE OUTPUT-ROOT COMMAND ARGUMENT...: in that tree, with a server of its own.
bazel() {
    tree=$1 out=$2 command=$3
    shift 3
    (cd "$tree" && ./bazelw --output_user_root="$out" --max_idle_secs=60 "$command" \
        --noshow_progress --color=no --curses=no ${packages:+--repository_cache="$packages"} "$@")
}

# remove OUTPUT-ROOT: Bazel makes some of its folders read-only.
remove() {
    chmod -R u+w "$1"
    rm -rf "$1"
}
