#!/bin/bash
# Feeds the decoder and the conversations of each profile inputs made up by libFuzzer.
#
#   FUZZ_RUNS=10000000          inputs for each profile
#   FUZZ='polar-h10 bitalino'   profiles; without it, all of Devices/profiles and Tests/Fuzz/profiles
#   FUZZ_JOBS=N                 profiles at the same time; without it, as many as there are processors
#
# What was found stays in .build-fuzz/corpus/PROFILE, so that the next run begins there. An input that
# breaks a decoder is kept in .build-fuzz/crashes and named; with FUZZ_PROFILE=Devices/profiles/… set,
# .build-fuzz/decoder-fuzz FILE shows it again.
#
# SwiftPM cannot link libFuzzer's main. So it builds what reads YAML, as it does for all else, and
# swiftc builds the pure targets with libFuzzer's instrumentation, and the program.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${FUZZ_RUNS:-10000000}
build=.build-fuzz
program=$build/decoder-fuzz

# Where the package is that has the target Declarations; the root, unless one is developing with another.
package=${FUZZ_PACKAGE:-.}

# The first line of what comes. It reads on to the end: head would close the pipe under the feet of who
# writes, and with pipefail that ends this script, now and then.
first() { sed -n 1p; }

mkdir -p $build
swift build --package-path "$package" --target Declarations >$build/build.log 2>&1 || {
	cat $build/build.log >&2
	exit 1
}
debug=$(swift build --package-path "$package" --show-bin-path)
yaml=$(grep -o '[^" ,]*CYaml/include' "$(dirname "$(dirname "$debug")")/debug.yaml" | first)
checks=(-O -wmo -parse-as-library -sanitize=fuzzer -swift-version 6
	-enable-upcoming-feature ExistentialAny -strict-memory-safety -warnings-as-errors
	-I $build -I "$debug/Modules" -I "$yaml")

newest() { ls -t "$@" 2>/dev/null | first; }
if [ ! -e $program ] || [ "$(newest $program Tests/Fuzz/*.swift Sources/Timebase/*.swift \
	Sources/DeviceProfiles/*.swift Sources/Declarations/*.swift)" != $program ]; then
	rm -f $program
	for name in Timebase DeviceProfiles; do
		swiftc "${checks[@]}" -module-name $name -emit-module \
			-emit-module-path $build/$name.swiftmodule -c Sources/$name/*.swift -o $build/$name.o
	done
	mapfile -t yamlObjects < <(find -L "$debug/Declarations.build" "$debug/Yams.build" \
		"$debug/CYaml.build" -name '*.o')
	swiftc "${checks[@]}" -module-name DecoderFuzz Tests/Fuzz/*.swift \
		$build/Timebase.o $build/DeviceProfiles.o "${yamlObjects[@]}" -o $program
fi

if [ -n "${FUZZ:-}" ]; then
	profiles=()
	for name in $FUZZ; do
		path=Devices/profiles/$name.yaml
		[ -e "$path" ] || path=Tests/Fuzz/profiles/$name.yaml
		profiles+=("$path")
	done
else
	profiles=(Devices/profiles/*.yaml Tests/Fuzz/profiles/*.yaml)
fi
mkdir -p $build/corpus $build/crashes $build/logs

# One profile: its seeds, then its inputs.
fuzz() {
	local path=$1 name
	name=$(basename "$path" .yaml)
	mkdir -p "$build/corpus/$name"
	export FUZZ_PROFILE=$path
	if [ -e "Tests/Fuzz/seeds/$name.txt" ]; then
		FUZZ_SEEDS=Tests/Fuzz/seeds/$name.txt FUZZ_MAKE_SEEDS=$build/corpus/$name $program
	fi
	local log=$build/logs/$name.log
	if ! $program -runs="$runs" -max_len=256 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-verbosity=1 -artifact_prefix="$build/crashes/$name-" "$build/corpus/$name" >"$log" 2>&1
	then
		echo "$name: FAILED" >&2
		grep -v '^#' "$log" | tail -40 >&2
		return 1
	fi
	awk -v name="$name" '/number_of_executed_units/ { runs = $2 } /average_exec_per_sec/ { rate = $2 }
		/^#.* cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cover = $(i + 1) }
		END { printf "%-24s %9d inputs, %6d a second, %5d edges\n", name, runs, rate, cover }' "$log"
}
export -f fuzz
export build program runs
printf '%s\n' "${profiles[@]}" | xargs -P "${FUZZ_JOBS:-$(nproc)}" -I{} bash -c 'fuzz {}'
