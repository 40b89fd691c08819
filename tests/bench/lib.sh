# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# How figures are taken; sourced by bench.sh and budgets_test.sh.

# measure MACHINE KERNEL OBJDUMP: lines `machine benchmark value unit` of one machine, which is a program that boots it.
# $work is a directory for what it leaves behind.
measure() {
    : "${work:?set it to a directory}"
    board=${1##*/}
    # The emulator's exit status says how it was switched off, not whether the figures are there.
    timeout 300 "$1" </dev/null >"$work/console" 2>"$work/errors" || :
    if ! grep -q '^bench done' "$work/console"; then
        cat "$work/console" "$work/errors" >&2
        echo "bench: $board did not reach the end; see its output above" >&2
        return 1
    fi
    tr -d '\r' <"$work/console" | awk -v board="$board" '$1 == "bench" && NF == 4 { print board, $2, $3, $4 }'
    # What is executed and what is only read, without what the linker adds to fill pages.
    "$3" --section-headers "$2" | awk -v board="$board" '
        $2 ~ /^\.(start|text|rodata)$/ { for (i = 1; i <= length($3); i++) size[$2] = 16 * size[$2] + index("123456789abcdef", substr($3, i, 1)) }
        END { print board, "image.text_rodata", size[".start"] + size[".text"] + size[".rodata"], "bytes" }'
}
