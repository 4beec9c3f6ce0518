#!/bin/bash
# Runs the test suite with AddressSanitizer, and then with ThreadSanitizer.
#
#   SANITIZE='address thread'    which
#   TESTS=REGEX                  which tests; without it, all
#
# Programs that tests start are instrumented too. What a sanitizer finds in any of them is written to
# .build-SANITIZER/reports and shown at the end, whatever the test made of it. Built in folders of their own,
# so that the usual build stays as it is; a first run takes an hour or two.
set -euo pipefail
cd "$(dirname "$0")/../.."
result=0
watch_memory='aCallerThatNeverReadsCostsNothing|theIndependentClientIsServedByTheDaemon'
for sanitizer in ${SANITIZE:-address thread}; do
	folder=.build-$sanitizer
	reports=$PWD/$folder/reports
	rm -rf "$reports"
	mkdir -p "$reports"
	echo "== building with the sanitizer of $sanitizer"
	build=(--sanitize="$sanitizer" --scratch-path "$folder")
	swift build "${build[@]}" --explicit-target-dependency-import-check error --build-tests
	# Leaks are what the soak looks for; a process that forbids its being read cannot be searched for them.
	export ASAN_OPTIONS="detect_leaks=0:log_path=$reports/report"
	export TSAN_OPTIONS="halt_on_error=0:log_path=$reports/report:suppressions=$PWD/Tests/Sanitize/thread.txt"
	echo "== testing with the sanitizer of $sanitizer"
	loaded=
	if [ "$sanitizer" = thread ]; then
		loaded=$PWD/$folder/mutex.so
		"$(dirname "$(readlink -f "$(command -v swift)")")"/clang -O1 -fPIC -shared -o "$loaded" Tests/Sanitize/mutex.c
	fi
	# By how much what is instrumented is slower: tests with a bound in seconds ask for it.
	export ATTUNE_TESTS_SLOWNESS=10
	run() { LD_PRELOAD=$loaded swift test "${build[@]}" --skip-build --no-parallel "$@" || result=1; }
	if [ -n "${TESTS:-}" ]; then
		run --filter "$TESTS"
	else
		run --skip "$watch_memory"
		# What was freed is held back, so that its use is found: tests that watch memory would see that alone.
		ASAN_OPTIONS="$ASAN_OPTIONS:quarantine_size_mb=0:thread_local_quarantine_size_kb=0" run --filter "$watch_memory"
	fi
	found=$(find "$reports" -type f | wc -l)
	if [ "$found" -gt 0 ]; then
		result=1
		echo "== the sanitizer of $sanitizer wrote $found reports; the first of each kind:" >&2
		grep -h '^SUMMARY' -r "$reports" | sort | uniq -c | sort -rn >&2
		find "$reports" -type f | sort | sed -n 1,3p | xargs sed -n 1,60p >&2
	else
		echo "== the sanitizer of $sanitizer found nothing"
	fi
done
exit $result
