# SPDX-License-Identifier: GPL-2.0-only
#
# How deep the kernel's stack gets, from symbols, disassembly and tables: see README.md.
#
#     awk -f stack.awk -v limit=BYTES SYMBOLS DISASSEMBLY TABLE...
#
# SYMBOLS is `llvm-readelf -sW`, DISASSEMBLY `llvm-objdump -d --no-show-raw-insn` of an image. Functions are
# known by their address, as static ones may share a name.

function fail(text) {
    print "not ok: " text
    bad = 1
}

# The address that an instruction names, as in "0xff80 <name+0x8>".
function target_of(operands) {
    return match(operands, /0x[0-9a-f]+ </) ? substr("0000000000000000" substr(operands, RSTART + 2, RLENGTH - 4), RLENGTH - 3) : ""
}

function number(hex,   i, n) {
    if (hex !~ /^0x/)
        return hex + 0
    for (i = 3; i <= length(hex); i++)
        n = 16 * n + index("0123456789abcdef", substr(hex, i, 1)) - 1
    return n
}

function immediate(operands) {
    return match(operands, /[#$]-?(0x)?[0-9a-f]+/) ? number(substr(operands, RSTART + 1 + (substr(operands, RSTART + 1, 1) == "-"), RLENGTH - 1 - (substr(operands, RSTART + 1, 1) == "-"))) : 0
}

# kind: call, or jump, which leaves nothing of its own function on the stack, unless that is assembly.
function edge(from, to, kind) {
    if (!((from, to, kind) in known)) {
        known[from, to, kind] = 1
        edges[from] = edges[from] " " to ":" kind
    }
}

FILENAME != file { file = FILENAME; part++ }

# ---- Symbols ----------------------------------------------------------------------

part == 1 && ($4 == "FUNC" || $4 == "NOTYPE") && $8 != "" {
    if ($4 == "FUNC")
        is_c[$2] = 1
    named[$8] = named[$8] " " $2 # alike ones may share an address
}
part == 1 { next }

# ---- Disassembly ------------------------------------------------------------------

part == 2 && /^[0-9a-f]+ <.*>:$/ {
    if (at != "" && !is_c[at] && falls)
        edge(at, $1, "jump") # one piece of assembly goes on in the next
    at = $1
    falls = 1
    name[at] = substr($2, 2, length($2) - 3)
    order[++functions] = at
    next
}

part == 2 && at != "" && /^ *[0-9a-f]+:/ {
    insn = $2
    operands = $0
    sub(/^[^\t]*\t[^\t]*\t?/, "", operands)
    sub(/ *[#\/]+ imm =.*| *\/\/.*/, "", operands)
    if (insn == "notrack") {
        insn = $3
        sub(/^[a-z]+[ \t]*/, "", operands)
    }
    if (insn ~ /^nop/ || insn ~ /^int3/)
        next
    falls = insn !~ /^(jmp|ret|iret|sysret|ud2|b$|br|eret|brk|hlt)/

    # What it puts on the stack.
    if (insn ~ /^push/)
        frame[at] += 8
    else if (insn ~ /^sub/ && operands ~ /^\$.*, %rsp$/ || insn == "sub" && operands ~ /^sp, sp, #/)
        frame[at] += immediate(operands) * (operands ~ /lsl #12/ ? 4096 : 1)
    else if (operands ~ /\[sp, #-[^\]]*\]!/)
        frame[at] += immediate(substr(operands, index(operands, "[sp, ")))
    else if (is_c[at] && (operands ~ /, %rsp$/ && (operands !~ /^\$/ || insn ~ /^and/) || operands ~ /^sp, / && operands !~ /^sp, sp, #/ && insn !~ /^cmp/))
        fail(name[at] " moves the stack pointer by what nobody knows: " insn " " operands)
    # Takes the stack of the CPU, or of another thing: whoever came here has left his.
    else if (insn ~ /^mov/ && (operands ~ /^%gs:0x10, %rsp$/ || operands ~ /^sp, /))
        fresh[at] = 1

    # What it keeps, to call it later: an address in an instruction, or beside it.
    to = target_of(operands)
    if (insn !~ /l$/ && match($0, /# imm = 0x[0-9A-F]+/) && RLENGTH == 18) # 32 bits alone are no address
        keeps["ffffffff" tolower(substr($0, RSTART + 10, 8))] = at
    else if (insn == "adr")
        keeps[to] = at
    else if (insn ~ /^lea/ && match($0, /# 0x[0-9a-f]+ </))
        keeps[target_of(substr($0, RSTART))] = at

    # Where it goes.
    if (insn ~ /^call/ || insn == "bl" || insn ~ /^blr/) {
        if (to != "")
            edge(at, to, "call")
        else
            sites[at] = sites[at] " call"
    } else if (insn ~ /^jmp/ || insn == "b" || insn ~ /^br[a-z]*$/ && insn != "brk" || insn ~ /^(j|b\.|cb|tb)/) {
        if (to == "")
            sites[at] = sites[at] " jump"
        else if (operands !~ /<[^>]*\+0x/) # into the middle of one: its own
            edge(at, to, "jump")
        else if (!is_c[at])
            inside[at] = inside[at] " " operands
    } else if (insn == "sti" || insn == "msr" && operands ~ /^DAIFClr/) {
        sites[at] = sites[at] " interrupt"
    }
    next
}
part == 2 { next }

# ---- Tables -----------------------------------------------------------------------

/^[ \t]*(#|$)/ { next }

{
    row = $1
    if (row == "set") {
        set[$2] = $0
        sub(/^set +[^ ]+ */, "", set[$2])
        next
    }
    for (i = 1; i <= split($2, who, "|"); i++) {
        if (!(who[i] in named)) {
            fail(file ": there is no function " who[i])
            continue
        }
        n = split(named[who[i]], all, " ")
        for (j = 1; j <= n; j++) {
            if (row == "call" || row == "jump" || row == "interrupt") {
                declared[all[j], row] = 1
                row_of[all[j], row] = who[i] " " row
                for (k = 3; k <= NF; k++)
                    wants[all[j], row] = wants[all[j], row] " " $k
            } else if (row == "frame")
                frame[all[j]] = $3
            else if (row == "cut") {
                if (!($3 in named) || !($4 in named))
                    fail(file ": " $0)
                m = split(named[$3], others, " ")
                for (k = 1; k <= m; k++) {
                    cut[all[j], others[k]] = $4
                    row_of[all[j], others[k]] = who[i] " cut " $3
                }
            }
            else if (row == "root" || row == "boot") {
                roots[++root_count] = all[j]
                bound[all[j]] = $3 == "" ? limit : $3
                runs[all[j]] = row == "root"
            }
            else if (row == "panic")
                may_panic[all[j]] = 1
            else
                fail(file ": " $0)
        }
    }
}

# ---- Judgement --------------------------------------------------------------------

function resolve(from, row,   words, i, n, m, all, j, count) {
    count = split(wants[from, row], words, " ")
    for (i = 1; i <= count; i++) {
        if (words[i] == "switch")
            continue
        if (words[i] ~ /^@/) {
            asked[substr(words[i], 2)] = 1
            n = split(set[substr(words[i], 2)], more, " ")
            if (n == 0)
                fail("there is no set " words[i])
            for (j = 1; j <= n; j++)
                link(from, more[j], row)
        } else
            link(from, words[i], row)
    }
}

function link(from, to_name, row,   all, m, j) {
    if (!(to_name in named)) {
        fail("the table says that " name[from] " may go to " to_name ", which does not exist")
        return
    }
    m = split(named[to_name], all, " ")
    for (j = 1; j <= m; j++) {
        edge(from, all[j], row == "jump" ? "jump" : "call")
        is_told[all[j]] = 1
    }
}

# Bytes that a step along an edge adds below `from`.
function cost(from, to, kind) {
    if (fresh[to])
        return 0
    if (kind == "jump" && is_c[from])
        return -frame[from] # it has left the stack as it found it
    return kind == "call" ? word : 0
}

function reach(from, seen,   todo, n, i, k, list, part_, to) {
    n = 1
    todo[1] = from
    seen[from] = 1
    for (i = 1; i <= n; i++) {
        k = split(edges[todo[i]], list, " ")
        while (k > 0) {
            split(list[k--], part_, ":")
            to = part_[1]
            if (to in name && !(to in seen)) {
                seen[to] = 1
                todo[++n] = to
                came[to] = todo[i]
            }
        }
    }
}

function path_to(to, from,   text) {
    text = name[to]
    while (to != from && to in came) {
        to = came[to]
        text = name[to] " > " text
    }
    return text
}

END {
    word = arm ? 0 : 8

    # Each indirect call, jump and interrupt window is in a table.
    for (i = 1; i <= functions; i++) {
        f = order[i]
        n = split(sites[f], list, " ")
        for (k = 1; k <= n; k++) {
            if (!((f, list[k]) in declared)) {
                if (!((f, list[k]) in said))
                    fail("no table says where an indirect " list[k] " of " name[f] " goes")
                said[f, list[k]] = 1
                continue
            }
            used[row_of[f, list[k]]] = 1
        }
    }
    for (i = 1; i <= functions; i++) {
        f = order[i]
        for (k = split("call jump interrupt", list, " "); k > 0; k--)
            if ((f, list[k]) in declared && index(sites[f] " ", " " list[k] " "))
                resolve(f, list[k])
    }

    # Whose address is kept is called some day: by an indirect call that has a row, which then says so.
    for (f in keeps)
        if (is_c[f] && f in name && !(f in is_told))
            fail(name[keeps[f]] " keeps the address of " name[f] ", which no row leads to")

    # The deepest way below each function, by repetition until nothing changes. Calls in a circle never end.
    for (i = 1; i <= functions; i++)
        depth[order[i]] = frame[order[i]] + 0
    for (round = 1; round <= functions; round++) {
        changed = ""
        for (i = 1; i <= functions; i++) {
            f = order[i]
            k = split(edges[f], list, " ")
            while (k > 0) {
                split(list[k--], part_, ":")
                to = part_[1]
                if (!(to in name))
                    continue
                below = depth[to]
                if ((f, to) in cut) {
                    used[row_of[f, to]] = 1
                    split(named[cut[f, to]], all, " ")
                    below = frame[to] + word + depth[all[1]]
                }
                d = fresh[to] ? frame[f] : frame[f] + cost(f, to, part_[2]) + below
                if (d > depth[f]) {
                    depth[f] = d
                    deepest[f] = to
                    changed = f
                }
            }
        }
        if (changed == "" || depth[changed] > 1000000)
            break
    }
    if (changed != "") {
        text = name[changed]
        f = changed
        for (i = 1; i <= 12; i++) {
            f = deepest[f]
            text = text " > " name[f]
        }
        fail("functions call each other in a circle: " text)
        exit 1
    }

    # Rows for what is not there.
    for (f in row_of)
        if (!(row_of[f] in used))
            fail("a table has an indirect one or a cut that is not there: " row_of[f])
    for (f in set)
        if (!(f in asked))
            fail("no row asks for the set " f)

    # What assembly or hardware enters, and what takes a fresh stack.
    for (i = 1; i <= root_count; i++) {
        f = roots[i]
        text = name[f]
        for (g = f; g in deepest; g = deepest[g])
            text = text " > " name[deepest[g]]
        printf "%s %s: %d of %d bytes: %s\n", depth[f] <= bound[f] ? "ok" : "not ok", name[f], depth[f], bound[f], text
        if (depth[f] > bound[f])
            bad = 1
    }

    # Who may panic once the system runs.
    for (i = 1; i <= root_count; i++)
        if (runs[roots[i]])
            reach(roots[i], seen)
    for (f in seen) {
        reached++
        k = split(edges[f], list, " ")
        calls = 0
        while (k > 0) {
            split(list[k--], part_, ":")
            calls = calls || (" " part_[1] " ") == (named["panic"] " ")
        }
        if (calls && !(f in may_panic))
            fail(name[f] " may panic: " path_to(f, ""))
        if (f in may_panic && !calls)
            fail("a table lets " name[f] " panic, which it does not")
        if (calls)
            panics++
    }
    printf "%d functions, %d of them reached once the system runs, %d may panic\n", functions, reached, panics
    exit bad
}
