#!/usr/bin/env bash
# What action.yml runs. Its inputs are the variables PRELAUNCH_*; the others are GitHub's own.
set -euo pipefail

token=$PRELAUNCH_TOKEN
unset PRELAUNCH_TOKEN # only the review is to see it

python=$(command -v python3 || command -v python)
home=$RUNNER_TEMP/prelaunch
"$python" -m venv "$home"
bin=$home/bin
[ -d "$bin" ] || bin=$home/Scripts # Windows
# Without a version it is the source of this very action: the pin of the action pins the program.
what=${PRELAUNCH_VERSION:+prelaunch==}${PRELAUNCH_VERSION:-$GITHUB_ACTION_PATH}
"$bin/python" -m pip install --quiet --disable-pip-version-check "$what"

options=()
[ -z "$PRELAUNCH_SELECT" ] || options+=("--select=$PRELAUNCH_SELECT")
[ -z "$PRELAUNCH_IGNORE" ] || options+=("--ignore=$PRELAUNCH_IGNORE")
[ -z "$PRELAUNCH_SINCE" ] || options+=("--since=$PRELAUNCH_SINCE")
[ -z "$PRELAUNCH_BASELINE" ] || options+=("--baseline=$PRELAUNCH_BASELINE")
[ "$PRELAUNCH_HINTS" != true ] || options+=(--hints)
options+=(--)
while IFS= read -r path; do
  [ -z "$path" ] || options+=("$path")
done <<< "$PRELAUNCH_PATHS"

sarif=$home.sarif
summary=$home.md
json=$home.json
reports=(--output "sarif=$sarif" --output "json=$json")
code=0
if [ "$PRELAUNCH_REVIEW" = true ]; then
  # the review annotates the job itself where it may not write, as on a pull request from a fork
  "$bin/prelaunch" check --format concise --exit-zero "${reports[@]}" "${options[@]}" || code=$?
  [ "$code" -gt 1 ] || PRELAUNCH_TOKEN=$token "$bin/prelaunch" review "${options[@]}" || code=$?
else
  "$bin/prelaunch" check --format github "${reports[@]}" --output "markdown=$summary" "${options[@]}" || code=$?
  [ ! -f "$summary" ] || cat "$summary" >> "$GITHUB_STEP_SUMMARY"
fi

findings=0
if [ -f "$json" ]; then
  count='import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["summary"]["findings"])'
  findings=$("$bin/python" -c "$count" "$json")
fi
{
  echo "sarif=$sarif"
  echo "findings=$findings"
  echo "exit-code=$code"
} >> "$GITHUB_OUTPUT"
[ "$code" -ne 1 ] || [ "$PRELAUNCH_FAIL" = true ] || code=0
exit "$code"
