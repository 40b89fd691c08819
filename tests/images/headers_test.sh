#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What boot loaders read in the kernel's images (interface specification, 6.1.1): headers_test.sh {LINK IMAGE}...
# LINK is the address of the image in the ELF file, in MiB.
set -u
count=0
bad=0

# claim NAME WANTED FOUND
claim() {
    count=$((count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        echo "# wanted: $2"
        echo "# found:  $3"
        bad=1
    fi
}

# words IMAGE: the first 32 KiB, where headers have to be, as 32-bit numbers.
words() {
    head -c 32768 "$1" | od -An -v -t u4 -w4
}

# The header of Multiboot 2 without its magic number: architecture, whether it sums to 0, words of its tags.
multiboot2() {
    words "$1" | awk '
        { w[NR - 1] = $1 }
        END {
            for (at = 0; at < NR; at += 2) {
                if (w[at] != 3897708758)
                    continue
                sum = (w[at] + w[at + 1] + w[at + 2] + w[at + 3]) % 4294967296
                printf "%d, sum %d:", w[at + 1], sum
                for (i = 4; i < w[at + 2] / 4; i++)
                    printf " %.0f", w[at + i]
            }
        }'
}

# That of Multiboot: flags, whether it sums to 0. It is in the first 8 KiB.
multiboot1() {
    words "$1" | awk '
        { w[NR - 1] = $1 }
        END {
            for (at = 0; at < 2048; at++)
                if (w[at] == 464367618)
                    printf "flags %d, sum %d", w[at + 1], (w[at] + w[at + 1] + w[at + 2]) % 4294967296
        }'
}

# First address and size of what is loaded, in MiB.
extent() {
    words "$1" | awk '
        { w[NR - 1] = $1 }
        function quad(at) { return w[at / 4] + w[at / 4 + 1] * 4294967296 }
        END {
            table = quad(32)
            number = w[14] % 65536
            first = 2 ^ 63
            for (n = 0; n < number; n++) {
                at = table + 56 * n
                if (w[at / 4] != 1)
                    continue
                first = quad(at + 24) < first ? quad(at + 24) : first
                end = quad(at + 24) + quad(at + 40) > end ? quad(at + 24) + quad(at + 40) : end
            }
            printf "from %s MiB, %s MiB", first / 1048576, (end - first) / 1048576
        }'
}

while [ $# -gt 1 ]; do
    name=$(basename "$2")
    # Modules at pages, keep boot services, relocatable: from 2 MiB to 4 GiB, in steps of 2 MiB, highest.
    claim "multiboot2_header.$name" "0, sum 0: 6 8 7 8 10 24 2097152 4294967295 2097152 2 0 8" "$(multiboot2 "$2")"
    claim "multiboot1_header.$name" "flags 1, sum 0" "$(multiboot1 "$2")"
    claim "extent.$name" "from $1 MiB, 16 MiB" "$(extent "$2")"
    shift 2
done

echo "1..$count"
exit $bad
