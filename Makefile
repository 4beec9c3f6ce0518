# The commands a person types. `make` alone lists them.
#
# Debian's packages that each command needs are named here and nowhere else. What is missing is
# installed with apt-get, through sudo where the user is not root.

# To build the programs.
BUILD_NEEDS = ca-certificates pkg-config libsqlite3-dev libudev-dev libevdev-dev libsystemd-dev \
	libdeflate-dev libsodium-dev libssl-dev libcurl4-openssl-dev libsndfile1-dev libreadstat-dev libedf-dev \
	libmatio-dev libarchive-dev zlib1g-dev
# To run all tests: independent readers in Python, a made-up machine with devices.
TEST_NEEDS = $(BUILD_NEEDS) $(GUEST_NEEDS) gcc libc6-dev openssl python3 python3-venv python3-gi python3-dbus dbus-daemon \
	prometheus age umockdev libumockdev-dev gir1.2-umockdev-1.0 chromium fonts-noto-color-emoji pspp r-base-core \
	r-cran-haven
# To run the queries over Parquet on a cluster.
SPARK_NEEDS = $(BUILD_NEEDS) default-jre-headless python3 python3-venv
# To compare the ring and alignment with others.
BENCH_NEEDS = $(BUILD_NEEDS) g++ libatomic-queue-dev libreaderwriterqueue-dev libboost-dev \
	python3 python3-venv chromium fonts-noto-color-emoji
# To make the Debian package and look it over.
DEB_NEEDS = $(BUILD_NEEDS) dpkg-dev fakeroot lintian binutils
# To run the station in a guest of its own with a real kernel, under emulation; of it, the guest.
GUEST_NEEDS = qemu-system-x86 mmdebstrap uidmap e2fsprogs zstd dpkg-dev fakeroot binutils
HARDWARE_NEEDS = $(DEB_NEEDS) $(GUEST_NEEDS) python3 python3-venv

# An import that Package.swift does not declare fails the build.
IMPORTS = --explicit-target-dependency-import-check error
BUILD = swift build $(IMPORTS)
RELEASE = $(BUILD) -c release

# make demo: seconds that it records (without it, until Ctrl-C), and where its data goes (without it,
# a new folder under ./data).
export DEMO_SECONDS ?=
export DEMO_DATA ?=
# make bench: which benchmark, and its options.
BENCH ?=
# make test-faults: a part of the names of those to run (without it, all).
FAULTS ?=
# make test-sanitize: which sanitizers, and which tests (without it, all).
export SANITIZE ?= address thread
export TESTS ?=
# make test-spark: sessions of the study.
export SESSIONS ?= 40
# make soak: for how long.
HOURS ?= 8
# make fuzz: inputs for each profile, and which profiles (without it, all).
export FUZZ_RUNS ?= 10000000
export FUZZ ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-faults test-sanitize soak test-hardware fuzz lint build release programs deb bench bench-check clean \
	test-spark needs-build needs-test needs-bench needs-deb needs-hardware needs-spark

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: programs ## Run a pilot station with virtual devices (DEMO_SECONDS=30, DEMO_DATA=DIR)
	@"$$($(RELEASE) --show-bin-path)"/attune demo \
		$${DEMO_SECONDS:+--seconds "$$DEMO_SECONDS"} $${DEMO_DATA:+--data "$$DEMO_DATA"}

test: needs-test lint ## Run all tests
	$(BUILD) --build-tests
	Tests/swift.sh "$$($(BUILD) --show-bin-path)" env FUZZ_RUNS=20000 FUZZ= Tests/Fuzz/fuzz.sh
	@for script in Tests/Scripts/*.sh; do \
		[ -e "$$script" ] || continue; echo "== $$script"; bash "$$script" || exit 1; done
	Tests/Browser/run.sh "$$($(BUILD) --show-bin-path)"
	python3 Tests/Faults/run.py "$$($(BUILD) --show-bin-path)" --short --jobs 2
	python3 Tests/Hardware/run.py --short --programs "$$($(BUILD) --show-bin-path)"

test-faults: needs-test build ## Kill, fill, break and stop what a recording stands on (FAULTS='kill disk')
	python3 Tests/Faults/run.py "$$($(BUILD) --show-bin-path)" $(FAULTS)

test-sanitize: needs-test ## Run the tests with AddressSanitizer and ThreadSanitizer (SANITIZE=thread, TESTS=Ring)
	Tests/Sanitize/run.sh

test-spark: needs-spark ## Run the queries over a study's Parquet on two workers of Spark (SESSIONS=40)
	$(BUILD) --product attune
	$(BUILD) --product attune-bench
	PROGRAMS="$$($(BUILD) --show-bin-path)" Tests/Scripts/parquet.sh spark "$$SESSIONS"

soak: needs-test release ## Record for hours, and see whether anything grows (HOURS=8)
	"$$(sh Tests/Integration/python_environment.sh)" Tests/Faults/soak.py \
		"$$($(RELEASE) --show-bin-path)" --hours $(HOURS)

test-hardware: needs-hardware ## Run the package in a guest: USB, keyboards, Bluetooth, systemd
	python3 Tests/Hardware/run.py

fuzz: needs-build ## Feed what reads from outside made-up inputs (FUZZ_RUNS=20000, FUZZ='polar-h10 link …')
	Tests/Fuzz/fuzz.sh

lint: ## Check the style of all Swift files, and the shell scripts' syntax
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	@for script in .ci/run $$(find Sources Tests Devices systemd Protocols -name '*.sh'); do \
		bash -n "$$script" || exit 1; done

build: needs-build ## Build everything for debugging
	$(BUILD)

release: needs-build ## Build everything as it is installed
	$(RELEASE)

# The programs that a station runs; quicker than everything.
programs: needs-build
	@echo "Building attuned, attune, attune-chat, attune-console and attune-net; the first time takes some minutes."
	$(RELEASE) --product attuned
	$(RELEASE) --product attune
	$(RELEASE) --product attune-chat
	$(RELEASE) --product attune-console
	$(RELEASE) --product attune-net

deb: needs-deb ## Make the Debian package attune_VERSION_ARCH.deb
	systemd/make-deb.sh

bench: needs-bench programs ## Measure beside others, into Tests/Benchmarks/RESULTS.md (BENCH='ring export': these alone)
	$(RELEASE) --product attune-bench
	@python3 Tests/Benchmarks/results.py "$$($(RELEASE) --show-bin-path)"/attune-bench \
		$(if $(BENCH),--only $(BENCH),--table Tests/Benchmarks/RESULTS.md)

bench-check: needs-bench programs ## Measure, and fail where a ratio is worse than its threshold (BENCH='ring export')
	$(RELEASE) --product attune-bench
	@python3 Tests/Benchmarks/results.py "$$($(RELEASE) --show-bin-path)"/attune-bench --check \
		$(if $(BENCH),--only $(BENCH))

clean: ## Remove what was built, and nothing that was recorded
	rm -rf .build .build-deb .build-fuzz .build-hardware .build-browser .build-address .build-thread attune_*.deb

needs-build: ; @$(call install,$(BUILD_NEEDS))
needs-test: ; @$(call install,$(TEST_NEEDS))
needs-bench: ; @$(call install,$(BENCH_NEEDS))
needs-deb: ; @$(call install,$(DEB_NEEDS))
needs-hardware: ; @$(call install,$(HARDWARE_NEEDS))
needs-spark: ; @$(call install,$(SPARK_NEEDS))

# Installs those of the packages $(1) that are not installed.
define install
command -v swift >/dev/null || { \
	echo "There is no Swift toolchain: install Swift 6.2 or newer (https://www.swift.org/install/linux/)" \
		"and put its usr/bin into PATH." >&2; exit 1; }; \
missing=; for package in $(1); do \
	[ "$$(dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null)" = installed ] \
		|| missing="$$missing $$package"; done; \
[ -z "$$missing" ] && exit 0; \
echo "Installing the missing system packages:$$missing"; \
if [ "$$(id -u)" = 0 ]; then become=; \
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then \
	become="sudo"; \
else echo "They need root: run 'apt-get install$$missing' as root, then this again." >&2; exit 1; fi; \
$$become apt-get -q update && \
$$become env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $$missing \
	|| { echo "apt-get failed. Install by hand:$$missing" >&2; exit 1; }
endef
