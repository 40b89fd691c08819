#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# .ci/run with a pretended Bazel, which reports the events it is given: run_test.sh MODULE_FILE
set -u
# The tree is where the link to the module file leads.
source_tree=$(dirname "$(readlink -f "$1")")
tree=$TEST_TMPDIR/tree
mkdir -p "$tree/.ci"
cp "$source_tree/.ci/run" "$tree/.ci/run" || exit 1

cat >"$tree/bazelw" <<'END'
#!/bin/sh
[ "${CI-}" = true ] || echo "CI is not set"
[ -z "$(cat)" ] || echo "there is something on standard input"
echo "$*" >"${0%/*}/arguments"
for argument; do
    case $argument in --build_event_json_file=*) cat "${0%/*}/events" >"${argument#*=}" ;; esac
done
exit "$(cat "${0%/*}/status")"
END
chmod +x "$tree/bazelw"

# Events as Bazel writes them, cut to what matters.
events() {
    for event; do
        label=${event%=*}
        case ${event#*=} in
        built) echo '{"id":{"targetCompleted":{"label":"'"$label"'","configuration":{"id":"1"}}},"completed":{"success":true}}' ;;
        broken) echo '{"id":{"targetCompleted":{"label":"'"$label"'","configuration":{"id":"1"}}},"children":[{"actionCompleted":{"label":"'"$label"'"}}],"completed":{"failureDetail":{"message":"overallStatus PASSED \"success\":true"}}}' ;;
        skipped) echo '{"id":{"targetCompleted":{"label":"'"$label"'","configuration":{"id":"1"}}},"aborted":{"reason":"SKIPPED","description":"Target '"$label"' is incompatible"}}' ;;
        unread) echo '{"id":{"targetCompleted":{"label":"'"$label"'","configuration":{"id":"1"}}},"aborted":{"reason":"ANALYSIS_FAILURE"}}' ;;
        cached) echo '{"id":{"testSummary":{"label":"'"$label"'","configuration":{"id":"1"}}},"testSummary":{"totalRunCount":1,"overallStatus":"PASSED","totalNumCached":1,"runCount":1}}' ;;
        *) echo '{"id":{"testSummary":{"label":"'"$label"'","configuration":{"id":"1"}}},"testSummary":{"totalRunCount":1,"overallStatus":"'"${event#*=}"'","runCount":1}}' ;;
        esac
    done >"$tree/events"
}

count=0
bad=0

# claim NAME BAZELS-STATUS WANTED-STATUS WANTED-LAST-LINE
claim() {
    count=$((count + 1))
    echo "$2" >"$tree/status"
    echo question | env -u CI HOME="$TEST_TMPDIR/home" "$tree/.ci/run" >"$TEST_TMPDIR/log" 2>&1
    status=$?
    last=$(tail -n 1 "$TEST_TMPDIR/log")
    if [ "$status" = "$3" ] && [ "$last" = "$4" ] && ! grep -q '^CI is not\|^there is something' "$TEST_TMPDIR/log"; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1: status $status, not $3; last line '$last', not '$4'; it said:"
        sed 's/^/# /' "$TEST_TMPDIR/log"
        bad=1
    fi
}

events //a:lib=built //a:a_test=built //a:a_test=PASSED //b:b_test=built //b:b_test=cached
claim passes_and_remembered_passes_are_counted 0 0 "2 passed, 0 failed"
events //a:a_test=built //a:a_test=PASSED //b:b_test=built //b:b_test=FAILED //c:c_test=built //c:c_test=TIMEOUT
claim failures_are_counted 3 1 "1 passed, 2 failed"
events //a:a_test=built //a:a_test=PASSED //b:b_test=broken //c:lib=broken //d:d_test=unread
claim what_does_not_build_has_failed 1 1 "1 passed, 3 failed"
events //a:a_test=built //a:a_test=PASSED //b:b_test=broken //b:b_test=FAILED_TO_BUILD
claim a_target_counts_once 1 1 "1 passed, 1 failed"
events //a:a_test=built //a:a_test=FLAKY //b:image=skipped
claim what_is_for_another_machine_is_left_out 0 0 "1 passed, 0 failed"
events
claim nothing_is_no_success 0 1 "0 passed, 0 failed"
claim a_bazel_that_does_not_start_is_a_failure 1 1 "0 passed, 1 failed"
events //a:a_test=built //a:a_test=PASSED
claim a_failure_without_event_is_one 1 1 "1 passed, 1 failed"

: >"$TEST_TMPDIR/complaints"
grep -q '^test //\.\.\. ' "$tree/arguments" || echo "not the command of README.md" >>"$TEST_TMPDIR/complaints"
find "$tree" -newer "$tree/.ci/run" -type f | grep -v '/\(bazelw\|events\|status\|arguments\)$' >>"$TEST_TMPDIR/complaints"
count=$((count + 1))
if [ -s "$TEST_TMPDIR/complaints" ]; then
    echo "not ok $count - the_checkout_stays_clean"
    sed 's/^/# /' "$TEST_TMPDIR/complaints"
    bad=1
else
    echo "ok $count - the_checkout_stays_clean"
fi
echo "1..$count"
exit $bad
