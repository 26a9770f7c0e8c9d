#!/bin/sh
# Grade a right and a wrong submission of two exercises, as a teacher would, and show where the reports are.
#
# Exit status: 0 if every submission got the verdict it must get (a wrong one that fails is as it should be),
# 1 if one did not.
set -u
cd "$(dirname "$0")/.." || exit
REPORTS=build/demo
GRADER=.venv/bin/grader
summary='' surprises=0

# grade EXERCISE NAME FOLDER CHECK: CHECK is what must be found, or empty for a right submission.
grade() {
    exercise=$1 name=$2 folder=reference/$1/$3 check=$4
    report=$REPORTS/$exercise-$name
    rm -f "$report.xml" "$report.json"
    # Three schedules a script instead of ten: a demonstration should be short.
    set -- "$GRADER" check "$exercise" "$folder" --schedules 3 --junit "$report.xml" --json "$report.json"
    printf '\n$ %s\n\n' "$*"
    "$@"
    status=$?
    found=$(outcome "$report.json" "$check")
    if [ -z "$check" ]; then
        wanted='full marks' expected=0
    else
        wanted="fails: $check" expected=1
    fi
    right='as expected'
    if [ "$status" != "$expected" ] || [ "${found#*: }" != "$check" ]; then
        right="NOT AS EXPECTED (exit status $status)"
        surprises=$((surprises + 1))
    fi
    summary="$summary
  $(printf '%-12s %-6s %-16s %-20s %s' "$exercise" "$name" "$wanted" "${found%%:*}" "$right")
  $(printf '%-12s %-6s %s' '' '' "$report.xml $report.json")"
}

# Print `POINTS of MAX points: CHECK`, CHECK if it is the first finding of a failed scenario, else nothing.
outcome() {
    .venv/bin/python - "$1" "$2" <<'END'
import json, pathlib, sys

try:
    result = json.loads(pathlib.Path(sys.argv[1]).read_text())
except OSError:
    sys.exit("the grader wrote no report")
firsts = {scenario["findings"][0]["check"] for scenario in result["scenarios"]
          if scenario["outcome"] == "failed" and scenario["findings"]}
check = sys.argv[2] if sys.argv[2] in firsts else ""
print(f"{result['points']} of {result['max_points']} points: {check}")
END
}

mkdir -p "$REPORTS"
grade fifo-chat right accepted/c-processes ''
grade fifo-chat wrong rejected/deadlock/both-open-for-reading-first deadlock
grade shm-counter right accepted/c-sigchld ''
grade shm-counter wrong rejected/race/no-semaphore race

printf '\nFour submissions were graded; these are their reports (JUnit XML and JSON):\n%s\n\n' "$summary"
cat <<END
What next:
  $GRADER list                             the exercises
  $GRADER start fifo-chat                  a folder to work in, and what to do
  $GRADER check fifo-chat fifo-chat        grade what you wrote there
END
[ "$surprises" = 0 ]
