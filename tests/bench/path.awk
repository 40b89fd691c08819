# SPDX-License-Identifier: GPL-2.0-only
# Claims about the way of a call through the kernel: every instruction that can be reached from the hypercall entry
# before it leaves for somewhere else is looked at, in the disassembly of the linked kernel.
#
#   awk -f path.awk PATH DISASSEMBLY
#
# PATH names the functions: `entry NAME [OFFSET]`, where the way begins; `inside NAME`, what belongs to it, all of
# which must be reached; `outside NAME`, where it may lead, to be left alone; `taken NAME BRANCH`, a conditional branch
# in an inside that calls always take. Nothing else may be reached, by no indirect
# jump or call; nothing inside may be an atomic read-modify-write or name a variable of the kernel: what it touches it
# finds through the CPU's own struct, the two ECs, the object space and the portal.

# Of a hexadecimal number; of its last ten digits, as floating point holds no more.
function number(text,    i, n) {
    n = 0
    for (i = length(text) > 10 ? length(text) - 9 : 1; i <= length(text); i++)
        n = 16 * n + index("123456789abcdef", substr(text, i, 1))
    return n
}

function complain(text) {
    print "not on the path of a call: " text
    bad++
}

FNR == NR {
    if ($1 == "entry") {
        entry = $2
        entry_offset = number($3)
    } else if ($1 ~ /^(inside|outside)$/) {
        role[$2] = $1
    } else if ($1 == "taken") {
        taken[$2, $3] = 1
    }
    next
}

# `ADDRESS <NAME>:` begins a function; a label inside one, written in assembly, looks the same.
/^[0-9a-f]+ <.*>:$/ {
    name = substr($2, 2, length($2) - 3)
    start[name] = number($1)
    next
}

# Instructions in order; `at` leads from an address, kept as text, to its place.
/^ *[0-9a-f]+: / {
    sub(/^ */, "")
    address = $1
    sub(/:$/, "", address)
    sub(/^0+/, "", address)
    sub(/^[0-9a-f]+:[ \t]*/, "")
    gsub(/[ \t]+/, " ")
    sub(/ (\/\/|#) .*/, "")
    line[++lines] = $0
    of[lines] = name
    at[address] = lines
    if (name == entry && number(address) - start[entry] == entry_offset)
        first = lines
}

function is_inside(name) {
    return role[name] == "inside"
}

# The place that a branch leads to; 0 if it leads out of what was disassembled.
function target(text,    address) {
    address = text
    if (!match(address, /0x[0-9a-f]+ <[^>]*>$/))
        return 0
    address = substr(address, RSTART + 2)
    sub(/ .*/, "", address)
    sub(/^0+/, "", address)
    return at[address]
}

function push(place) {
    if (!(place in visited)) {
        visited[place] = 1
        todo[++waiting] = place
        reached[of[place]]++
    }
}

# One after `place`, where that is still code that a call can get to.
function fall_through(place) {
    if (is_inside(of[place + 1]))
        push(place + 1)
}

function go(place, to) {
    if (to == 0)
        complain(of[place] ": " line[place] " leads nowhere")
    else if (is_inside(of[to]))
        push(to)
    else if (role[of[to]] != "outside")
        complain(of[place] " goes to " of[to])
}

# Atomic read-modify-writes, and what only makes sense with them.
function is_atomic(insn) {
    return insn ~ /^(lock|cmpxchg|xadd|cmpxchg8b|cmpxchg16b)/ || insn ~ /^xchg[bwlq]? .*\(/ ||
        insn ~ /^(ldxr|ldaxr|stxr|stlxr|ldxp|ldaxp|stxp|stlxp|cas|swp|ldadd|ldclr|ldset|ldeor|ldsmax|ldsmin|ldumax|ldumin|stadd|stclr|stset|steor|stsmax|stsmin|stumax|stumin)/
}

# A variable of the kernel: a memory operand that has an address of its own (x86_64), an address relative to the
# instruction that is not code (aarch64).
function names_variable(insn) {
    return insn ~ /\(%rip\)/ || insn ~ /[ ,]-?0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+(\(|,|$)/ ||
        insn ~ /^adrp? / && target(insn) == 0
}

END {
    if (first == 0) {
        print "no function " entry " to begin at"
        exit 1
    }
    push(first)
    while (waiting > 0) {
        place = todo[waiting--]
        insn = line[place]
        if (is_atomic(insn))
            complain(of[place] ": " insn)
        if (insn ~ /^(jmp|b|br|braa|brab) ?/ && insn !~ /^b[a-z.]/ || insn ~ /^(br|braa|brab|braaz|brabz) /) {
            if (insn ~ /\*|^br/)
                complain(of[place] ": " insn)
            else
                go(place, target(insn))
        } else if (insn ~ /^(call|callq|bl|blr|blraa|blraaz|blrab) ?/) {
            if (insn ~ /\*|^blr/)
                complain(of[place] ": " insn)
            else
                go(place, target(insn))
            fall_through(place)
        } else if (insn ~ /^(j[a-z]+|b\.[a-z]+|cbn?z|tbn?z) /) {
            go(place, target(insn))
            split(insn, word, " ")
            if (!((of[place], word[1]) in taken))
                fall_through(place)
        } else if (insn ~ /^(ret|retq|retaa|retab|eret|sysret|sysretq|iretq|ud2|udf|brk|hlt)/) {
            if (insn ~ /^(sysret|eret)/)
                exits++
        } else {
            if (names_variable(insn))
                complain(of[place] ": " insn)
            fall_through(place)
        }
    }
    for (name in role)
        if (is_inside(name) && !(name in reached))
            complain(name ", which is not reached")
    if (exits == 0)
        complain("a way out")
    for (name in reached) {
        printf "%5d instructions of %s\n", reached[name], name
        total += reached[name]
    }
    printf "%5d instructions, %d ways out\n", total, exits
    exit bad > 0
}
