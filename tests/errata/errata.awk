# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the disassembly of a program for aarch64 and names the instructions that a Cortex-A53 may get wrong:
#
#   835769   a 64-bit multiply-accumulate right behind a load or store
#   843419   ADRP in the last two words of a page, a load or store, at most one other instruction, and a load
#            or store by the register of ADRP
#
# Cortex-A53 MPCore Software Developers Errata Notice (Arm EPM 048406).
function is_access(op) {
    return op ~ /^(ld|st|prfm|cas|swp)/
}

function is_by(op, args, reg) {
    return is_access(op) && args ~ ("\\[" reg "(, #[^]]*)?\\]$")
}

function complain(number, at) {
    print "erratum " number ": " at " in " name
    bad = 1
}

/^[0-9a-f]+ <.*>:$/ { name = $2 }

$1 ~ /^[0-9a-f]+:$/ {
    at = substr($1, 1, length($1) - 1)
    op = $2
    args = $0
    sub(/^[^\t]*\t[^\t]*\t?/, "", args)
    sub(/ *(\/\/|<).*$/, "", args)
    total++

    if ((op ~ /^[su]m(add|sub)l$/ || (op ~ /^m(add|sub)$/ && args ~ /^x/)) && is_access(last_op))
        complain(835769, at)

    # since: how many instructions came behind ADRP, and one
    if (since == 1 && (!is_access(op) || (op ~ /^ld/ && args ~ ("^[wx]" number "[, ]"))))
        since = 0
    else if (since >= 2 && is_by(op, args, "x" number))
        complain(843419, adrp)
    if (since == 3 || (since == 2 && op ~ /^(b|bl|br|blr|ret|cbn?z|tbn?z|b\..*)$/))
        since = 0
    if (since > 0)
        since++
    if (op == "adrp" && at ~ /ff[8c]$/) {
        number = substr(args, 2)
        sub(/,.*/, "", number)
        adrp = at
        since = 1
    }
    last_op = op
}

END {
    if (total < 100) {
        print "no disassembly"
        bad = 1
    }
    exit bad
}
