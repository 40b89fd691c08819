#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Proves each PROOF of a file, or shows that each can fail:
#
#     prove.sh prove|break SOURCE PREPROCESSED BREAKS OPTION...
#
# PREPROCESSED is the text of SOURCE for CBMC. BREAKS has a line for each PROOF: its name, a tab, and the sed
# expression that breaks the code. $SCALE is a sed expression for the constants that are smaller in proofs.
set -eu
mode=$1 source=$2 text=$3 breaks=$4
shift 4
dir=${TEST_TMPDIR:-$(mktemp -d)}
tab=$(printf '\t')
# A proof that gets out of hand must not take the machine with it. All shells that Debian has know -v.
# shellcheck disable=SC3045
ulimit -v 6000000

# CBMC takes no bool for the type of an enum, and would read 0xf'00 as 0xf.
digits="s/\([0-9a-fA-F]\)'\([0-9a-fA-F]\)/\1\2/g"
sed -e "$digits" -e "$digits" -e 's/^enum : bool /enum : int /' -e "$SCALE" "$text" >"$dir/code.i"

# A replacement that replaces nothing is a mistake.
printf '%s' "$SCALE" | tr ';' '\n' | while read -r edit; do
    ! sed -e "$edit" "$text" | cmp -s - "$text" || { echo "not ok: $edit changes nothing" && exit 1; }
done

proofs=$(sed -n 's/^PROOF(\(.*\))$/\1/p' "$source")
[ "$(echo "$proofs" | sort)" = "$(cut -f 1 "$breaks" | sort)" ] || {
    echo "not ok: the file's proofs are: $proofs; and there are breaks for: $(cut -f 1 "$breaks")"
    exit 1
}

# Answers as CBMC: 0 proved, 10 disproved.
check() { # name code
    "$CBMC" --c23 --unwinding-assertions "$@" >"$dir/log" 2>&1
}

bad=0
for name in $proofs; do
    rc=0
    if [ "$mode" = prove ]; then
        check --function "$name" --trace "$@" "$dir/code.i" || rc=$?
        want=0
    else
        sed -e "$(sed -n "s/^$name$tab//p" "$breaks")" "$dir/code.i" >"$dir/broken.i"
        ! cmp -s "$dir/code.i" "$dir/broken.i" || { echo "not ok: the break of $name changes nothing" && exit 1; }
        check --function "$name" "$@" "$dir/broken.i" || rc=$?
        want=10
    fi
    if [ "$rc" = "$want" ]; then
        echo "ok $name"
        grep ': FAILURE$' "$dir/log" | head -n 3 || :
    else
        echo "not ok $name: CBMC ended with $rc"
        tail -n 400 "$dir/log"
        bad=1
    fi
done
exit $bad
