#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The runner against programs that behave as emulators do: well, badly, and for ever.
run=$1
log=$TEST_TMPDIR/log
count=0
failed=0

# claim NAME WANTED-STATUS PATTERN ARGUMENT...: the runner ends so and says so.
claim() {
    name=$1 want=$2 pattern=$3
    shift 3
    count=$((count + 1))
    "$run" "$@" >"$log" 2>&1
    got=$?
    if [ "$got" = "$want" ] && grep -q "$pattern" "$log"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name: status $got, not $want; it said:"
        sed 's/^/# /' "$log"
        failed=1
    fi
}

passes='echo 1..1; echo ok 1'
claim complete_report_passes 0 '^ok 1' -- /bin/sh -c "$passes"
claim debug_exit_of_success_passes 0 '^ok 1' -- /bin/sh -c "$passes; exit 1"
claim carriage_returns_are_fine 0 'ok 1' -- /bin/sh -c 'printf "1..1\r\nok 1\r\n"'
claim last_line_needs_no_newline 0 'ok 1' -- /bin/sh -c 'printf "1..1\nok 1"'
claim failure_is_reported 1 'FAILED: failed: not ok 1 - x' -- /bin/sh -c 'echo 1..1; echo not ok 1 - x'
claim silence_fails 1 'no plan' -- /bin/sh -c :
claim error_status_fails 1 'ended with an error' -- /bin/sh -c "$passes; exit 3"
claim signal_fails 1 'ended with an error' -- /bin/sh -c "$passes; kill -9 \$\$"
claim time_is_bounded 1 'time is up' --timeout 1 -- /bin/sh -c "$passes; sleep 100"
claim stubborn_program_is_killed 1 'time is up' --timeout 1 -- /bin/sh -c "trap '' TERM; sleep 100; sleep 100"
claim expected_lines_end_the_run 0 'world' --expect '^hel+o$' --expect wor -- /bin/sh -c 'echo hello; echo world; sleep 100'
claim expected_lines_come_in_order 1 'no line matched: a' --timeout 1 --expect b --expect a -- /bin/sh -c 'echo a; echo b'
claim missing_line_fails 1 'no line matched: b' --expect a --expect b -- /bin/sh -c 'echo a'
claim refused_line_fails 1 'a line matched: ^b' --refuse ^c --refuse ^b --expect '^done$' -- /bin/sh -c 'echo a; echo b; echo done; sleep 100'
claim refused_line_fails_a_report_that_passes 1 'a line matched: ^b' --refuse ^b -- /bin/sh -c "echo b; $passes"
claim others_are_not_refused 0 '^done' --refuse ^c --expect '^done$' -- /bin/sh -c 'echo a; echo done; sleep 100'
# shellcheck disable=SC2016 # for the inner shell
claim commands_are_typed_when_lines_match 0 'got .c1' --when ready --type 1 --when got --type 2 --expect '^got 2$' -- \
    /bin/sh -c "echo ready; read -r a; echo \"got \$a\"; read -r b; echo \"got \$b\"; sleep 100"
# shellcheck disable=SC2016 # for the inner shell
claim keys_are_pressed_as_they_are 0 'got x' --when ready --press "x
" --expect '^got x$' -- /bin/sh -c "echo ready; read -r a; echo \"got \$a\"; sleep 100"
claim without_commands_the_input_is_empty 1 'got nothing' -- /bin/sh -c 'read -r a || echo got nothing'
claim when_needs_a_type 2 'usage' --when ready -- /bin/sh -c :
claim bad_regex_is_an_error 2 'not a regular expression' --expect '(' -- /bin/sh -c :
claim unknown_option_is_an_error 2 'unknown option' --frob 1 -- /bin/sh -c :
claim missing_program_is_an_error 2 'usage' --timeout 1
claim absent_program_fails 1 'cannot start' -- /nonexistent
echo original >"$TEST_TMPDIR/disk"
claim copy_is_writable_and_another_file 0 '^ok 1' --copy "$TEST_TMPDIR/disk" -- \
    /bin/sh -c "echo changed >'$TEST_TMPDIR/disk'; $passes"
count=$((count + 1))
if [ "$(cat "$TEST_TMPDIR/disk")" = original ]; then
    echo "ok $count - original_is_left_alone"
else
    echo "not ok $count - original_is_left_alone"
    failed=1
fi
echo "1..$count"
exit $failed
