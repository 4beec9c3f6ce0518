#!/bin/bash
# Feeds inputs made up by libFuzzer to what reads from outside: the decoder and the conversations of each
# profile; `link`, what the daemon's sockets take; `samples`, the blobs of session files; `session-rows`, their
# rows and those of their reviews, in memory; `session-file`, whole session files; `xdf`, files to be imported;
# `profile-text` and `protocol`, the profiles and the study protocols themselves.
#
#   FUZZ_RUNS=10000000          inputs for each; of session-file one in 20, since each one is a whole file that is
#                               changed, opened and read in all ways there are (about 17 ms)
#   FUZZ='polar-h10 link'       which; without it, all of Devices/profiles, Tests/Fuzz/profiles, and the others
#   FUZZ_JOBS=N                 so many at the same time; without it, as many as there are processors
#
# What was found stays in .build-fuzz/corpus/NAME, so that the next run begins there. An input that
# breaks something is kept in .build-fuzz/crashes and named; .build-fuzz/PROGRAM-fuzz FILE shows it again
# (PROGRAM: link, samples, protocol, xdf, session-rows or session-file with FUZZ_FOLDER set to an empty folder, or
# decoder with FUZZ_PROFILE=Devices/profiles/… set).
#
# SwiftPM cannot link libFuzzer's main. So it builds what is not ours, YAML and GRDB, as it does for all else;
# swiftc builds our targets with libFuzzer's instrumentation, and the programs.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${FUZZ_RUNS:-10000000}
build=.build-fuzz

# Where the package is that has these targets; the root, unless one is developing with another.
package=${FUZZ_PACKAGE:-.}

# The first line of what comes. It reads on to the end: head would close the pipe under the feet of who
# writes, and with pipefail that ends this script, now and then.
first() { sed -n 1p; }
newest() { ls -t "$@" 2>/dev/null | first; }

mkdir -p $build
{ swift build --package-path "$package" --target Declarations &&
	swift build --package-path "$package" --target SessionStore; } >$build/build.log 2>&1 || {
	cat $build/build.log >&2
	exit 1
}
debug=$(swift build --package-path "$package" --show-bin-path)
# Where SwiftPM has headers and module maps of what is not ours.
known() { grep -o "[^\" ,=]*$1" "$(dirname "$(dirname "$debug")")/debug.yaml" | first; }
checks=(-O -wmo -parse-as-library -sanitize=fuzzer -swift-version 6
	-enable-upcoming-feature ExistentialAny -strict-memory-safety -warnings-as-errors
	-I $build -I "$debug/Modules" -I "$(known CYaml/include)"
	-Xcc "-fmodule-map-file=$debug/CSystemCalls.build/module.modulemap"
	-Xcc "-fmodule-map-file=$(known GRDBSQLite/module.modulemap)")
for library in CSQLite CDeflate CCrypto CSndfile CArchive; do checks+=(-I "Sources/CLibraries/$library"); done

# Objects that SwiftPM built.
built() { for name; do find -L "$debug/$name.build" -name '*.o'; done; }
# Objects of targets of ours.
objects() { for name; do echo "$build/$name.o"; done; }

# module [-enable-testing] NAME [TARGET …]: one of our targets, after those that it needs.
module() {
	local options=() sources name
	[ "$1" != -enable-testing ] || { options=("$1") && shift; }
	name=$1 && shift
	mapfile -t sources < <(find "Sources/$name" "Tests/$name" -name '*.swift' 2>/dev/null)
	mapfile -t needs < <(objects "$@")
	[ "$(newest "$build/$name.o" "${sources[@]}" "${needs[@]}")" != "$build/$name.o" ] || return 0
	swiftc "${checks[@]}" "${options[@]}" -module-name "$name" -emit-module \
		-emit-module-path "$build/$name.swiftmodule" -c "${sources[@]}" -o "$build/$name.o"
}

# program NAME SOURCES -- OBJECTS: of libFuzzer and these.
program() {
	local name=$1 sources=()
	shift
	while [ "$1" != -- ]; do sources+=("$1") && shift; done
	shift
	[ "$(newest "$build/$name-fuzz" "${sources[@]}" "$@")" != "$build/$name-fuzz" ] || return 0
	swiftc "${checks[@]}" -module-name "$(tr -d - <<<"${name^}")Fuzz" "${sources[@]}" "$@" -o "$build/$name-fuzz"
}

module Timebase
module SystemCalls Timebase
module Declarations
module DeviceProfiles Timebase Declarations
module -enable-testing Link Timebase SystemCalls
module -enable-testing SessionStore Timebase SystemCalls
module Randomness
module Markup
module StudyProtocol Timebase Randomness Markup Declarations SessionStore
module -enable-testing Import Timebase SystemCalls Declarations Link SessionStore
module TestSupport SystemCalls
module SessionStoreTestSupport SessionStore TestSupport

program decoder Tests/Fuzz/*.swift -- $(objects Timebase DeviceProfiles Declarations) $(built Yams CYaml)
# What reads a socket: the whole of Link, whose server has its parts for the fuzzer.
program link Tests/Fuzz/Link/*.swift -- $(objects Timebase SystemCalls Link) $(built CSystemCalls)
# What reads the blobs of session files: those parts of SessionStore that know no SQLite.
program samples Sources/SessionStore/{ChunkDecoder,ColumnDecoder,ColumnCoder,ColumnParts,Inflater}.swift \
	Sources/SessionStore/{Deflater,AudioCoder,MemoryFile,SampleBounds,ChannelDescription}.swift \
	Sources/SessionStore/{StreamTimeline,SessionStoreError}.swift Tests/Fuzz/Samples/*.swift \
	-- $(objects Timebase)
store="$(objects Timebase SystemCalls SessionStore) $(built CSystemCalls GRDB)"
program session-file Tests/Fuzz/SessionFile/*.swift -- $store $(objects TestSupport SessionStoreTestSupport)
program session-rows Tests/Fuzz/SessionRows/*.swift \
	Tests/Fuzz/SessionFile/{Attempt,CountedStream,FuzzInput,ImageChange,ReaderCalls,ReviewCalls}.swift \
	Tests/Fuzz/SessionFile/{SessionImage,SessionImages,SessionLenience,SessionReviewing}.swift \
	-- $store $(objects TestSupport SessionStoreTestSupport)
program protocol Tests/Fuzz/StudyProtocol/*.swift Tests/StudyProtocolTests/PlanTexts.swift -- $store \
	$(objects Declarations Randomness Markup StudyProtocol) $(built Yams CYaml)
program xdf Tests/Fuzz/XDF/*.swift Tests/ImportTests/XDFBytes.swift -- $store \
	$(objects Declarations Link Import) $(built Yams CYaml)

others='link samples session-rows session-file xdf profile-text protocol'
if [ -n "${FUZZ:-}" ]; then
	profiles=()
	for name in $FUZZ; do
		case " $others " in *" $name "*) profiles+=("$name"); continue ;; esac
		path=Devices/profiles/$name.yaml
		[ -e "$path" ] || path=Tests/Fuzz/profiles/$name.yaml
		profiles+=("$path")
	done
else
	profiles=(Devices/profiles/*.yaml Tests/Fuzz/profiles/*.yaml $others)
fi
mkdir -p $build/corpus $build/crashes $build/logs

# Swift's own handler of traps would end the program before libFuzzer has kept the input. libFuzzer tells the
# stack as well.
export SWIFT_BACKTRACE=enable=no

# One profile: its seeds, then its inputs.
fuzz() {
	local path=$1 name
	name=$(basename "$path" .yaml)
	mkdir -p "$build/corpus/$name"
	local program=$build/decoder-fuzz longest=256 runs=$runs patience=20 options=()
	case $name in
	samples) program=$build/$name-fuzz longest=512 ;;
	link)
		program=$build/$name-fuzz longest=2048 options=(-dict=$build/corpus/link.dict)
		FUZZ_MAKE_SEEDS=$build/corpus/$name $program
		;;
	session-rows | session-file)
		program=$build/$name-fuzz longest=96 patience=10
		[ $name != session-file ] || longest=256 runs=$(((runs + 19) / 20))
		# In memory where there is such a place: each input is written out as files, of which the store's
		# writers sync some.
		local memory=/dev/shm
		[ -w $memory ] || memory=${TMPDIR:-/tmp}
		FUZZ_FOLDER=$(mktemp -d "$memory/attune-fuzz.XXXXXX")
		export FUZZ_FOLDER
		trap 'rm -rf "$FUZZ_FOLDER"' EXIT
		FUZZ_MAKE_SEEDS=$build/corpus/$name $program
		;;
	xdf)
		program=$build/$name-fuzz longest=1024
		FUZZ_MAKE_SEEDS=$build/corpus/$name $program
		;;
	profile-text)
		longest=4096
		cp Devices/profiles/*.yaml "$build/corpus/$name"
		;;
	protocol)
		program=$build/$name-fuzz longest=8192 options=(-dict=$build/corpus/protocol.dict)
		# The words of protocols.
		grep -ohE '`[A-Za-z]+(-[a-z]+)*`' Protocols/formats/study-protocol.md | sort -u |
			sed 's/`\(.*\)`/"\1"\n"\1: "/' >$build/corpus/protocol.dict
		cp Protocols/studies/*.yaml "$build/corpus/$name"
		FUZZ_MAKE_SEEDS=$build/corpus/$name $program
		;;
	esac
	export FUZZ_PROFILE=$path
	if [ -e "Tests/Fuzz/seeds/$name.txt" ]; then
		FUZZ_SEEDS=Tests/Fuzz/seeds/$name.txt FUZZ_MAKE_SEEDS=$build/corpus/$name $program
	fi
	local log=$build/logs/$name.log
	if ! $program -runs="$runs" -max_len=$longest "${options[@]}" -timeout=$patience -rss_limit_mb=512 \
		-malloc_limit_mb=256 -print_final_stats=1 -verbosity=1 -artifact_prefix="$build/crashes/$name-" \
		"$build/corpus/$name" >"$log" 2>&1
	then
		echo "$name: FAILED" >&2
		grep -v '^#' "$log" | tail -40 >&2
		return 1
	fi
	awk -v name="$name" '/number_of_executed_units/ { runs = $2 } /average_exec_per_sec/ { rate = $2 }
		/peak_rss_mb/ { peak = $2 }
		/^#.* cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cover = $(i + 1) }
		END { printf "%-24s %9d inputs, %6d a second, %5d edges, %4d MB\n", name, runs, rate, cover, peak }' "$log"
}
export -f fuzz
export build runs
printf '%s\n' "${profiles[@]}" | xargs -P "${FUZZ_JOBS:-$(nproc)}" -I{} bash -c 'fuzz {}'
