# SPDX-License-Identifier: GPL-2.0-only
# Lines `machine benchmark value unit` as a table, beside the ledger's last row, the reference, budget and goal.
# Exit status 1 if a figure is above its limit, or a benchmark of the reference is missing.
#
#   awk -v reference=FILE -v limits=FILE -v ledger=FILE -f judge.awk FIGURES
#
# A limit is the row of `limits` or, if there is none, the budget. Machines whose names end in -1cpu, -64cpus or -full
# are compared with the machine of the same name without that ending.

function read_tables(    line, f, i, machine) {
    while ((getline line < reference) > 0) {
        if (line ~ /^# benchmark,/) {
            split(line, machine, ",")
            continue
        }
        if (line ~ /^#/)
            continue
        split(line, f, ",")
        for (i = 4; i in machine; i++) {
            known[machine[i], f[1]] = f[i]
            part[f[1]] = f[2]
            goal_part[f[1]] = f[3]
        }
        order[++rows] = f[1]
    }
    while ((getline line < limits) > 0)
        if (line !~ /^#/) {
            split(line, f, ",")
            limit[f[1], f[2]] = f[3]
        }
    while ((getline line < ledger) > 0) {
        split(line, f, ",")
        last[f[3], f[4]] = f[6]
    }
}

# Sets `before`, `budget` and `goal` of one figure; false if there is nothing to compare with.
function compare(machine, name,    base, part_1, part_2) {
    base = name
    part_1 = 1.02
    part_2 = 1
    if (sub(/^objects\.again\./, "objects.", base)) {
        part_1 = 1
    } else if (!sub(/^growth\.100000\./, "growth.10.", base)) {
        if (sub(/-full$/, "", machine)) {
            part_1 = 1.10
            part_2 = 1.06
        } else if (!sub(/-(1cpu|64cpus)$/, "", machine)) {
            if (!((machine, name) in known))
                return 0
            before = known[machine, name]
            set_budget(part[name], goal_part[name], name)
            return 1
        }
    }
    if (!((machine, base) in value))
        return 0
    before = value[machine, base]
    set_budget(part_1, part_2, name)
    return 1
}

function set_budget(part_1, part_2, name) {
    upward = name ~ /^objects\./
    budget = upward ? at_least(before / part_1) : int(before * part_1 + 0.000001)
    goal = upward ? at_least(before / part_2) : int(before * part_2 + 0.000001)
}

function at_least(x) {
    return int(x) < x - 0.000001 ? int(x) + 1 : int(x)
}

function within(x, bound) {
    return upward ? x >= bound : x <= bound
}

BEGIN { read_tables() }

$4 == "absent" {
    absent[$1, $2] = 1
    printf "%-21s %-34s the machine lacks what this is about\n", $1, $2
    next
}

NF == 4 {
    at[++count] = $1 SUBSEP $2
    value[$1, $2] = $3
    seen[$1] = 1
}

END {
    form = "%-21s %-34s %10s %10s %8s %10s %10s %10s  %s\n"
    printf form, "machine", "benchmark", "now", "ledger", "change", "reference", "budget", "goal", "met"
    for (i = 1; i <= count; i++) {
        split(at[i], id, SUBSEP)
        now = value[at[i]]
        change = at[i] in last && last[at[i]] > 0 ? sprintf("%+.1f%%", 100 * (now - last[at[i]]) / last[at[i]]) : "-"
        met = before = budget = goal = "-"
        if (compare(id[1], id[2])) {
            met = within(now, goal) ? "goal" : within(now, budget) ? "budget" : "no"
            bound = at[i] in limit ? limit[at[i]] : budget
            if (!within(now, bound)) {
                met = "no, and beyond its limit of " bound
                bad++
            } else if (at[i] in limit && met != "no") {
                met = met ": its limit can go"
            }
        }
        printf form, id[1], id[2], now, at[i] in last ? last[at[i]] : "-", change, before, budget, goal, met
    }
    for (machine in seen)
        for (i = 1; i <= rows; i++)
            if ((machine, order[i]) in known && !((machine, order[i]) in value) && !((machine, order[i]) in absent)) {
                print "missing: " machine " " order[i]
                bad++
            }
    exit bad > 0
}
