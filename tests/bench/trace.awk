# SPDX-License-Identifier: GPL-2.0-only
# Where the instructions of a round go. Reads the emulator's log of every instruction; for each place of user mode that
# enters the kernel again and again it prints, once, the instructions from one time to the next, by function.
#
#   awk -v symbols=FILE -f trace.awk LOG
#
# SYMBOLS are lines `address name` of the kernel, sorted, all addresses with 16 digits: they are compared as text.

BEGIN {
    TIMES = 200 # a round is printed when its place has been seen so often
    RING = 4096 # longer rounds are left out
    while ((getline line < symbols) > 0) {
        split(line, f, " ")
        address[++known] = f[1]
        name[known] = f[2]
    }
}

function is_user(pc) {
    return pc ~ /^00000000/
}

function where(pc,    low, high, middle) {
    if (pc in cache)
        return cache[pc]
    if (is_user(pc))
        return cache[pc] = "user mode"
    low = 1
    high = known
    while (low < high) {
        middle = int((low + high + 1) / 2)
        if (address[middle] "" <= pc "")
            low = middle
        else
            high = middle - 1
    }
    return cache[pc] = name[low]
}

function report(from, to,    i, fn, count, order, functions) {
    for (i = from; i <= to; i++) {
        fn = where(trail[i % RING])
        if (!(fn in count))
            order[++functions] = fn
        count[fn]++
    }
    printf "from 0x%s: %d instructions\n", trail[to % RING], to - from + 1
    for (i = 1; i <= functions; i++)
        printf "    %5d  %s\n", count[order[i]], order[i]
}

$1 == "Trace" {
    split($4, f, "/")
    pc = f[2]
    in_kernel = !is_user(pc)
    # The last instruction of user mode before the kernel ends a round, and begins one.
    if (in_kernel && !was_in_kernel && n > 0) {
        site = trail[n % RING]
        if (++seen[site] == TIMES && n - last[site] < RING)
            report(last[site] + 1, n)
        last[site] = n
    }
    was_in_kernel = in_kernel
    trail[++n % RING] = pc
}
