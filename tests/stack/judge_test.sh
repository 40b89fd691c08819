#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What stack.awk says to small images that are wrong, each in one way.
set -eu
cd "$TEST_TMPDIR"
awk=$TEST_SRCDIR/$TEST_WORKSPACE/tests/stack/stack.awk

cat >symbols <<'END'
     1: 0000000000001000     0 NOTYPE  GLOBAL DEFAULT     1 entry
     2: 0000000000002000    16 FUNC    GLOBAL DEFAULT     1 outer
     3: 0000000000003000    16 FUNC    GLOBAL DEFAULT     1 inner
     4: 0000000000004000    16 FUNC    GLOBAL DEFAULT     1 panic
     5: ffffffff80005000    16 FUNC    GLOBAL DEFAULT     1 later
END

# Says what is judged of the image on stdin: a number of bytes, or a part of the complaint.
expect() { # what, text, limit
    cat >disassembly
    text=$(awk -v arm=0 -v "limit=$3" -f "$awk" symbols disassembly table 2>&1) || :
    case $text in
    *"$2"*) echo "ok $1" ;;
    *)
        echo "not ok $1: $text"
        : >bad # this is a subshell
        ;;
    esac
}

# The functions: entry calls outer, which has 24 bytes and does what the arguments say.
image() { # instruction of outer, instruction of inner
    printf '%s\n' '0000000000001000 <entry>:' "    1000:      	movq	%gs:0x10, %rsp" "    1005:      	callq	0x2000 <outer>" "    1009:      	ud2" \
        '0000000000002000 <outer>:' "    2000:      	pushq	%rbx" "    2001:      	subq	\$0x10, %rsp" "    2005:      	$1" "    2009:      	retq" \
        '0000000000003000 <inner>:' "    3000:      	subq	\$0x64, %rsp" "    3004:      	$2" "    3008:      	retq" \
        '0000000000004000 <panic>:' "    4000:      	ud2" \
        'ffffffff80005000 <later>:' "ffffffff80005000:      	ud2"
}

echo 'root entry' >table
image 'callq	0x3000 <inner>' 'nop' | expect calls_add_up 'ok entry: 140 of 140 bytes: entry > outer > inner' 140
image 'callq	0x3000 <inner>' 'nop' | expect too_deep_is_noticed 'not ok entry: 140 of 139 bytes' 139
image 'jmp	0x3000 <inner>' 'nop' | expect a_jump_leaves_nothing 'ok entry: 108 of 200 bytes' 200
image 'callq	0x3000 <inner>' 'callq	0x2000 <outer>' | expect a_circle_is_noticed 'in a circle' 8192
image 'callq	*%rax' 'nop' | expect an_indirect_call_wants_a_row 'no table says where an indirect call of outer goes' 8192
image 'jmpq	*%rax' 'nop' | expect an_indirect_jump_wants_a_row 'no table says where an indirect jump of outer goes' 8192
image 'sti' 'nop' | expect a_window_wants_a_row 'no table says where an indirect interrupt of outer goes' 8192
image 'callq	0x3000 <inner>' 'callq	0x4000 <panic>' | expect who_may_panic_is_told 'inner may panic: entry > outer > inner' 8192
image 'subq	%rax, %rsp' 'nop' | expect an_array_of_any_length_is_noticed 'outer moves the stack pointer' 8192
image 'andq	$-0x40, %rsp' 'nop' | expect an_alignment_is_noticed 'outer moves the stack pointer' 8192
for keeps in 'movq	$-0x7fffb000, 0xd0(%rsi) # imm = 0x80005000' 'adr	x8, 0xffffffff80005000 <later>' \
    'leaq	0x100(%rip), %rax # 0xffffffff80005000 <later>'; do
    image 'nop' "$keeps" | expect "an_address_that_is_kept_wants_a_row: ${keeps%%	*}" \
        'inner keeps the address of later, which no row leads to' 8192
done
image 'nop' "movl	\$0x80005000, %eax # imm = 0x80005000" >disassembly
if awk -v arm=0 -v limit=8192 -f "$awk" symbols disassembly table >half; then
    echo 'ok half_an_address_is_a_number'
else
    echo "not ok half_an_address_is_a_number: $(cat half)"
    : >bad
fi

printf '%s\n' 'root entry' 'panic inner because' >table
image 'callq	0x3000 <inner>' 'nop' | expect a_panic_that_is_gone_is_noticed 'a table lets inner panic' 8192
printf '%s\n' 'root entry' 'call outer inner' >table
image 'callq	*%rax' 'nop' | expect a_row_leads_on 'ok entry: 140 of 8192 bytes: entry > outer > inner' 8192
image 'nop' 'nop' | expect a_row_for_nothing_is_noticed 'not there: outer call' 8192
printf '%s\n' 'root entry' 'call outer later' >table
image 'callq	*%rax' 'adr	x8, 0xffffffff80005000 <later>' | expect an_address_that_is_kept_has_a_row 'ok entry: 40 of 8192 bytes: entry > outer > later' 8192
printf '%s\n' 'root entry' 'call outer nobody' >table
image 'callq	*%rax' 'nop' | expect a_row_to_nowhere_is_noticed 'may go to nobody' 8192
printf '%s\n' 'root entry' 'cut inner outer outer' >table
image 'nop' 'nop' | expect a_cut_of_nothing_is_noticed 'not there: inner cut outer' 8192
printf '%s\n' 'root entry' 'set some inner' >table
image 'nop' 'nop' | expect a_set_for_nothing_is_noticed 'no row asks for the set some' 8192
printf '%s\n' 'root nobody' >table
image 'nop' 'nop' | expect a_root_that_is_not_there_is_noticed 'there is no function nobody' 8192
[ ! -e bad ]
