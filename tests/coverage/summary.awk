# SPDX-License-Identifier: GPL-2.0-only
# From lcov's format to a table, and to the file `report`/rest.txt: what no test reaches. Fails below the target
# or if `bad`. A header counts once, however many files include it: a line is reached if it is in one of them.
BEGIN {
    FS = "[:,]"
    rest = report "/rest.txt"
    printf "" >rest
    printf "%-30s %6s %5s %7s %9s %5s %7s\n", "", "lines", "not", "", "branches", "not", ""
}

# A branch that is there never to be taken.
function is_assertion(text) {
    return text ~ /ASSERT\(/
}

function part(n, of) {
    return of == 0 ? "      -" : sprintf("%6.1f%%", 100 * n / of)
}

function row(name, lf, lh, bf, bh) {
    printf "%-30s %6d %5d %s %9d %5d %s\n", name, lf, lf - lh, part(lh, lf), bf, bf - bh, part(bh, bf)
}

function note(kind, numbers) {
    if (numbers != "")
        print file ": " kind ":" numbers >>rest
}

$1 == "SF" {
    file = $2
    split("", text)
    for (n = 1; (getline line < file) > 0; n++)
        text[n] = line
    close(file)
    split("", hit)
    split("", taken)
    split("", place)
    split("", order)
    count = 0
}

$1 == "DA" {
    if (!($2 in hit))
        order[++count] = $2
    hit[$2] += $3
}

$1 == "BRDA" {
    key = $2 "," $3 "," $4
    taken[key] += $5 == "-" ? 0 : $5
    place[key] = $2
}

/^end_of_record/ {
    lines = branches = asserts = ""
    lf = lh = bf = bh = 0
    split("", open)
    for (key in taken) {
        bf++
        if (taken[key] > 0)
            bh++
        else
            open[place[key]]
    }
    for (i = 1; i <= count; i++) {
        n = order[i]
        lf++
        if (hit[n] > 0)
            lh++
        else
            lines = lines " " n
        if (!(n in open))
            continue
        if (is_assertion(text[n]))
            asserts = asserts " " n
        else if (hit[n] > 0)
            branches = branches " " n
    }
    note("lines", lines)
    note("branches", branches)
    note("assertions", asserts)
    row(file, lf, lh, bf, bh)
    LF += lf
    LH += lh
    BF += bf
    BH += bh
}

END {
    row("all", LF, LH, BF, BH)
    print "report:       " report "/index.html"
    print "what is left: " rest
    if (LH < 0.95 * LF || BH < 0.85 * BF) {
        print "coverage: less than 95 % of lines or 85 % of branches"
        bad = 1
    }
    exit bad
}
