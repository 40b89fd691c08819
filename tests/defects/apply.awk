# SPDX-License-Identifier: GPL-2.0-only
# Plants a defect: awk -v tree=DIRECTORY [-v check=1] -f apply.awk DEFECT.patch
#
# A patch is text, then for each file "--- NAME" and hunks, each after a line "@@": lines that begin with a blank
# are there, those with "-" go, those with "+" come. Places are found by their text, which must be there once: so
# a patch follows code that moves, and fails when the code is no longer what the defect is about.

function fail(why) {
    print FILENAME ": " why
    bad = 1
    exit 1
}

# The hunk is at hand: do it.
function finish_hunk(    at, i, places, place) {
    if (!in_hunk)
        return
    for (at = 1; at + olds - 1 <= count; at++) {
        for (i = 1; i <= olds && line[at + i - 1] == old[i]; i++)
            continue
        if (i > olds) {
            places++
            place = at
        }
    }
    if (olds == 0 || places != 1)
        fail(name " has " places + 0 " places that begin with: " old[1])
    for (i = 1; i < place; i++)
        fresh[i] = line[i]
    for (i = 1; i <= news; i++)
        fresh[place + i - 1] = new[i]
    for (i = place + olds; i <= count; i++)
        fresh[i + news - olds] = line[i]
    count += news - olds
    for (i = 1; i <= count; i++)
        line[i] = fresh[i]
    in_hunk = 0
    hunks++
}

function finish_file(    i) {
    finish_hunk()
    if (name == "" || check)
        return
    for (i = 1; i <= count; i++)
        print line[i] >(tree "/" name)
    close(tree "/" name)
}

/^--- / {
    finish_file()
    name = $2
    count = 0
    while ((getline text <(tree "/" name)) > 0)
        line[++count] = text
    close(tree "/" name)
    if (count == 0)
        fail(name " is not there")
    next
}

/^@@/ {
    finish_hunk()
    in_hunk = 1
    olds = news = 0
    next
}

in_hunk && /^[ -]/ { old[++olds] = substr($0, 2) }

in_hunk && /^[ +]/ { new[++news] = substr($0, 2) }

END {
    if (!bad) {
        finish_file()
        if (hunks == 0)
            fail("changes nothing")
    }
    exit bad
}
