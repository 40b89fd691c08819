#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Claims about what is written for people: documents_test.sh MODULE_FILE
set -u
# The tree is where the link to the module file leads: no package has to list its documents.
cd "$(dirname "$(readlink -f "$1")")" || exit 1
list=$(mktemp -d) || exit 1
trap 'rm -rf "$list"' EXIT
count=0
bad=0

# claim NAME: fails if $list/complaints has a line.
claim() {
    count=$((count + 1))
    if [ -s "$list/complaints" ]; then
        echo "not ok $count - $1"
        sed 's/^/# /' "$list/complaints"
        bad=1
    else
        echo "ok $count - $1"
    fi
}

# Folders and documents that are ours.
find . -name '.?*' -prune -o -name 'bazel-*' -prune -o -path ./third_party/modules -prune -o -type f -print |
    sed 's,^\./,,' | sort >"$list/files"
grep '\.md$' "$list/files" >"$list/documents"

# Relative links, without their anchors. What is indented by four is code.
while read -r file; do
    sed -n '/^    /!s/\](\([^)]*\))/\
@\1\
/gp' "$file" | sed -n 's/^@//p' | grep -v '^[a-z]*:' | sed 's/#.*//' | grep . | while read -r to; do
        [ -e "$(dirname "$file")/$to" ] || echo "$file: $to leads nowhere"
    done
done <"$list/documents" >"$list/complaints"
claim links_lead_somewhere

for room in kernel kernel/* arch/* platforms platforms/drivers release user/* tests/* toolchains tools/* doc; do
    [ -d "$room" ] || continue
    for line in 'What it is ' "What it isn't " 'Tests '; do
        grep -q "$line" "$room/README.md" 2>/dev/null || echo "$room/README.md does not say: $line"
    done
    [ ! -f "$room/README.md" ] || awk 'END { exit NR > 70 }' "$room/README.md" ||
        echo "$room/README.md is longer than a screen"
done >"$list/complaints"
claim each_room_has_a_readme_of_one_screen

for decision in doc/decisions/0*.md; do
    for part in '^\*\*Status\*\*: ' '^## Context' '^## Decision' '^## Consequences' '^## Alternatives, and why not'; do
        grep -q "$part" "$decision" || echo "$decision has no $part"
    done
    grep -qF "(${decision##*/})" doc/decisions/README.md || echo "$decision is not in the index"
done >"$list/complaints"
claim decisions_are_complete_and_listed

for room in kernel/abi arch/contract toolchains; do
    awk -v room="/$room/" '$1 == room && NF >= 3 { found = 1 } END { exit !found }' CODEOWNERS ||
        echo "$room has less than two owners"
done >"$list/complaints"
claim frozen_rooms_have_two_owners
cut -d/ -f1 "$list/files" | sort -u | while read -r entry; do
    [ ! -d "$entry" ] || grep -q "^/$entry/" CODEOWNERS || echo "$entry has no owner of its own"
done >"$list/complaints"
claim each_room_has_an_owner

sed -n '/^## Unreleased/,$p' CHANGELOG.md | grep '^- ' |
    grep -v '^- \*\(compatible\|source-breaking\|ABI-breaking\)\* ' >"$list/complaints"
claim each_change_is_tagged

for command in './bazelw run //:demo' './bazelw test //...'; do
    for file in README.md CONTRIBUTING.md; do
        head -n 30 "$file" | grep -qF "    $command" || echo "$file does not begin with $command"
    done
done >"$list/complaints"
grep -q '^\./bazelw test //\.\.\.' .ci/run || echo ".ci/run does something else than README.md says" >>"$list/complaints"
claim the_same_two_commands_everywhere

# Tests that documents name, `suite: test`: those that there are, with the folder and without it.
# shellcheck disable=SC2016 # the program is awk's
grep -E '^(arch|kernel|tests|user)/.*\.(c|bazel|bzl|sh)$' "$list/files" | xargs awk '
    function known(room, suite, name) {
        print suite ": " name
        print room "/" suite ": " name
    }
    FNR == 1 {
        depth = split(FILENAME, part, "/")
        base = part[depth]
        sub(/\.[a-z]+$/, "", base)
    }
    match($0, /^TEST\([a-z0-9_]+, *[a-z0-9_]+\)/) {
        split(substr($0, 6, RLENGTH - 6), word, /, */)
        known(part[2], word[1], word[2])
    }
    match($0, /^    (SIM_)?RUN\([a-z0-9_]+\)/) {
        name = substr($0, RSTART, RLENGTH - 1)
        sub(/.*\(/, "", name)
        known(part[depth - 1], base, name)
    }
    base ~ /_test$/ && match($0, /^    R\([a-z0-9_]+,/) { # a table of tests
        known(part[2], substr(base, 1, length(base) - 5), substr($0, 7, RLENGTH - 7))
    }
    FILENAME ~ /^tests\/.*\.bzl$/ && match($0, /^ +"[a-z0-9_]+":/) {
        name = substr($0, RSTART, RLENGTH - 2)
        sub(/.*"/, "", name)
        print part[2] ": " name
    }
    FILENAME ~ /^tests\/.*BUILD.bazel$/ && match($0, /^ +name = "[a-z0-9_]+_test"/) {
        name = substr($0, RSTART, RLENGTH - 6) # without _test
        sub(/.*"/, "", name)
        print part[2] ": " name
    }
    FILENAME ~ /^tests\/explore\/.*\.c$/ && match($0, /^    \.name = "[a-z_]+"/) {
        name = substr($0, RSTART, RLENGTH - 1)
        sub(/.*"/, "", name)
        print part[2] ": " name
    }
    FILENAME ~ /\.sh$/ && match($0, /^ *claim "?[a-z0-9_]+/) {
        name = substr($0, RSTART, RLENGTH)
        sub(/.*[ "]/, "", name)
        print base ": " name
    }
' | sort -u >"$list/tests"
# shellcheck disable=SC2016 # code is between those
grep -o '`[a-z0-9_/]*: [^`]*`' doc/abi/tests.md | tr -d '`' | sort -u | comm -23 - "$list/tests" |
    sed 's,^,doc/abi/tests.md names a test that is none: ,' >"$list/complaints"
claim each_test_that_a_document_names_exists

echo "1..$count"
exit $bad
