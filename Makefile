# SPDX-License-Identifier: GPL-2.0
#
# "make help" prints the lines that begin with "##", and what follows "##" on a
# target's line.

## natgw: a NAT gateway as a kernel module
##
## Targets:

# The kernel that "make module" builds for, and where "make install" puts things.
KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
DESTDIR ?=
# Kernels that the VM targets use.
K ?= 6.1 6.12
KERNELS := $(K)

export V T STRICT LIMIT JOBS ACCEL MEMORY VM_TIMEOUT NATGW_CACHE FASTPATH ROUNDS ACTORS SHORT DEBUG
Q := $(if $(V),,@)
VM := selftests/vm
BENCH := selftests/bench
UML := uml$(if $(DEBUG),-debug)
REPORT := python3 -B $(BENCH)/report.py
SUB := $(MAKE) $(if $(V),,--no-print-directory -s)

all: tools ## the module for this machine's kernel, and natctl
	$(Q)if [ -d "$(KDIR)" ]; then $(SUB) module; else \
		echo "no kernel headers in $(KDIR): natgw.ko is not built."; \
		echo "Install linux-headers-$$(uname -r), or say KDIR=...;"; \
		echo "'make check' and 'make demo' need neither."; fi

module: ## natgw.ko for the kernel whose headers are in KDIR
	$(Q)$(SUB) -C "$(KDIR)" M="$(CURDIR)" modules

tools: ## natctl, in build/tools/
	$(Q)$(VM)/deps.sh build
	$(Q)$(SUB) -C tools

# The module for a kernel of the VM targets is made in a copy: objects of several
# kernels must not meet.
copy = find Kbuild module uapi selftests/rough -name Kbuild -o -name '*.[ch]' | \
	while read -r file; do cmp -s "$$file" "$(@D)/$$file" || \
		install -D -m 644 "$$file" "$(@D)/$$file"; done

build/%/natgw.ko: FORCE
	$(Q)$(VM)/deps.sh build vm
	$(Q)$(copy)
	$(Q)kernel=$$($(VM)/kernel.sh $*) && \
		$(SUB) -C "$$kernel/headers" M="$(CURDIR)/build/$*" \
		CONFIG_DEBUG_INFO_BTF_MODULES= NATGW_TESTS=selftests/rough/ modules

# It says which of its parts run.
build/coverage/natgw.ko: FORCE
	$(Q)$(VM)/deps.sh build vm
	$(Q)$(copy)
	$(Q)kernel=$$($(VM)/kernel.sh 6.12) && \
		$(SUB) -C "$$kernel/headers" M="$(CURDIR)/build/coverage" \
		CONFIG_DEBUG_INFO_BTF_MODULES= NATGW_TESTS=selftests/rough/ \
		NATGW_COVER=m KCFLAGS=-fsanitize-coverage=trace-pc modules

build/uml/natgw.ko build/uml-debug/natgw.ko: FORCE
	$(Q)$(VM)/deps.sh build uml
	$(Q)$(copy)
	$(Q)kernel=$$(DEBUG=$(if $(findstring debug,$@),1) $(BENCH)/uml.sh) && \
		$(SUB) -C "$$kernel/tree" ARCH=um M="$(CURDIR)/$(@D)" \
		NATGW_TESTS=selftests/rough/ modules

# Programs that selftests need; a guest has no compiler.
helpers:
	$(Q)$(SUB) -C selftests O="$(CURDIR)/build/selftests"

payload = $(patsubst %,build/%/natgw.ko,$(1)) tools helpers

prepare: $(call payload,$(KERNELS)) ## fetch and build what the VM needs; run nothing
	$(Q)$(VM)/vm.sh prepare $(KERNELS)

check: $(call payload,$(KERNELS)) ## run the selftests in a VM on each kernel in K
	$(Q)$(VM)/vm.sh check $(KERNELS)

check-debug: $(call payload,debug) ## the same on a kernel that checks memory, locks and lifetimes
	$(Q)$(VM)/vm.sh check debug

check-host: tools helpers ## run the selftests on this very machine, as root
	$(Q)$(SUB) module NATGW_TESTS=selftests/rough/
	$(Q)rm -rf build/host && cp -r selftests build/host
	$(Q)cp -r build/selftests/* selftests/rough/*.ko packaging/keepalived README.md \
		Documentation/install.md Documentation/cloud.md build/host/
	$(Q)NATGW_KO="$(CURDIR)/natgw.ko" NATCTL="$(CURDIR)/build/tools/natctl" \
		build/host/run.sh $(T)

coverage: build/coverage/natgw.ko tools helpers ## which lines of the module the selftests run
	$(Q)VM_TIMEOUT=$${VM_TIMEOUT:-7200} $(VM)/vm.sh coverage 6.12; status=$$?; \
		python3 -B selftests/coverage.py $< build/coverage/log > build/coverage/lines && \
		cat build/coverage/lines && exit $$status

# At native speed, where a thousand rounds take minutes, though on one processor.
race: build/$(UML)/natgw.ko tools helpers ## ROUNDS of all that comes and goes, and forged packets
	$(Q)ROUNDS=$(or $(ROUNDS),1000) LIMIT=$(or $(LIMIT),7200) VM_TIMEOUT=$${VM_TIMEOUT:-14400} \
		$(BENCH)/native.sh race './run.sh $(or $(T),churn dump_churn hostile_inside hostile_outside)'
	$(Q)selftests/run.sh --count < build/race/log

soak: build/$(UML)/natgw.ko tools helpers ## MIN minutes of everything at once; nothing may grow
	$(Q)MIN=$(or $(MIN),10) MEMORY=1024 VM_TIMEOUT=$${VM_TIMEOUT:-14400} \
		$(BENCH)/native.sh soak 'soak/soak.sh; echo "= status $$?"'
	$(Q)grep -q "^= status 0" build/soak/log

conformance: $(call payload,6.12) ## measure every row of the RFCs and write Documentation/conformance.md
	$(Q)T="conformance_aws conformance_rfc conformance_nft" $(VM)/vm.sh check 6.12 || :
	$(Q)python3 -B selftests/conformance/document.py \
		-o Documentation/conformance.md build/check/6.12/ktap

stories: $(call payload,6.12) ## write Documentation/operating.md from what natctl says
	$(Q)T=stories $(VM)/vm.sh check 6.12
	$(Q)sed -n 's/^ *# | \{0,1\}//p' build/check/6.12/ktap | sed 1d > Documentation/operating.md

bench: $(call payload,6.12) ## count the instructions of a packet, beside the kernel's own ways
	$(Q)$(VM)/vm.sh bench 6.12; status=$$?; \
		$(REPORT) results build/bench/log build/bench/bench.json && exit $$status

bench-sharing: $(call payload,6.12) ## do two processors write to one cache line?
	$(Q)$(VM)/vm.sh sharing 6.12
	$(Q)python3 -B $(BENCH)/sharing.py judge build/sharing/log build/sharing/meetings

bench-native: build/uml/natgw.ko tools helpers ## packets per second, a million flows, memory
	$(Q)DEBUG= $(BENCH)/native.sh bench-native 'python3 -B bench/native.py'
	$(Q)$(REPORT) results build/bench-native/log build/bench-native/bench.json

fuzz: build/$(UML)/natgw.ko tools helpers ## a million mutated packets and messages, at native speed
	$(Q)FUZZ_PACKETS=$${FUZZ_PACKETS:-1000000} FUZZ_MESSAGES=$${FUZZ_MESSAGES:-100000} \
		LIMIT=$(or $(LIMIT),7200) MEMORY=2048 VM_TIMEOUT=$${VM_TIMEOUT:-14400} \
		$(BENCH)/native.sh fuzz './run.sh $(or $(T),fuzz_packets fuzz_netlink)'
	$(Q)selftests/run.sh --count < build/fuzz/log

fuzz-natctl: ## random words and files for natctl, built with sanitizers
	$(Q)FUZZ_RUNS=$${FUZZ_RUNS:-5000} $(VM)/style.sh --case sanitized

# Enough to see that something became slower, in two minutes.
bench-check: $(call payload,6.12) ## fail when natgw became slower beside plain forwarding
	$(Q)SHORT=1 $(VM)/vm.sh bench 6.12
	$(Q)$(REPORT) results build/bench-check/log build/bench-check/bench.json
	$(Q)$(REPORT) check $(BENCH)/baseline.json build/bench-check/bench.json > build/bench-check/ktap; \
		status=$$?; cat build/bench-check/ktap; exit $$status

bench-baseline: ## make the last results the baseline, and write Documentation/performance.md
	$(Q)[ ! -e build/bench/bench.json ] || cp build/bench/bench.json $(BENCH)/baseline.json
	$(Q)[ ! -e build/bench-native/bench.json ] || \
		cp build/bench-native/bench.json $(BENCH)/native.json
	$(Q)$(REPORT) document -o Documentation/performance.md \
		$$(ls $(BENCH)/baseline.json $(BENCH)/native.json 2> /dev/null)

vm: $(call payload,$(lastword $(KERNELS))) ## an interactive shell in the VM
	$(Q)$(VM)/vm.sh shell $(lastword $(KERNELS))

demo: $(call payload,$(lastword $(KERNELS))) ## watch a cloud network use natgw, in the VM
	$(Q)$(VM)/vm.sh demo $(lastword $(KERNELS))

style: ## checkpatch, sparse, W=1, Coccinelle, shellcheck, promtool, gen-check
	$(Q)$(VM)/style.sh $(KERNELS)

gen: ## write the files that the netlink specification determines
	$(Q)tools/gen.sh

gen-check: ## fail when those files are not what "make gen" writes
	$(Q)tools/gen.sh --check

install: module tools ## install module, natctl, manuals, completion, systemd units
	$(Q)$(SUB) -C "$(KDIR)" M="$(CURDIR)" \
		$(if $(DESTDIR),INSTALL_MOD_PATH="$(DESTDIR)") modules_install
	$(Q)$(SUB) -C tools install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

deb: ## Debian packages, in build/deb/, judged by lintian
	$(Q)packaging/deb.sh "$(CURDIR)/build/deb"

rpm: ## a source package for Amazon Linux, in build/rpm/, judged by rpmlint
	$(Q)packaging/rpm.sh "$(CURDIR)/build/rpm"

check-package: ## install, boot, upgrade, remove and purge the packages in a VM
	$(Q)selftests/package/check.sh $(KERNELS)

clean: ## remove what was built
	$(Q)[ ! -d "$(KDIR)" ] || $(SUB) -C "$(KDIR)" M="$(CURDIR)" clean
	$(Q)rm -rf build

help: ## this text
	@sed -nE -e 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' -e 's/^## ?//p' \
		$(MAKEFILE_LIST) | expand -t 18

FORCE:

.PHONY: all coverage fuzz fuzz-natctl module tools helpers prepare check check-debug check-host race \
	soak conformance stories bench bench-sharing bench-native \
	bench-check bench-baseline vm demo style gen gen-check install \
	deb rpm check-package clean help FORCE

##
## Variables:
##   KDIR=DIR      kernel headers for module and install (the running kernel's)
##   K="6.1 6.12"  the kernels of check, prepare, style and check-package; vm and demo
##                 take the last one, and what measures has its own, 6.12
##   T="a b"       the tests to run, without .sh (all)
##   FASTPATH=off  the gateways of check, check-debug and coverage do without the fast path
##   JOBS=N        VMs at a time (2)
##   ACCEL=tcg     do without KVM; ACCEL=kvm insists on it (kvm where it works; bench
##                 never uses it, check-package only where told)
##   MEMORY=N      megabytes of memory of the VM (1024; race, bench-native 4096, check-debug
##                 1536; soak, fuzz, check-package as they are)
##   VM_TIMEOUT=N  seconds after which a VM is ended (600; 3000 without KVM; coverage 7200,
##                 check-debug, race, soak, fuzz 14400)
##   STRICT=1      a test that skips itself fails
##   LIMIT=N       seconds that a test may take (300; coverage 900, check-debug 1800, race
##                 and fuzz 7200)
##   PROPERTY_SEED=N   other random packets for the test "property" (1); "random"
##                 makes a new number, which is printed
##   PROPERTY_STEPS=N  so many of them (10000; check-debug 2000)
##   PROPERTY_CHECKS=N   counters and flows are compared every N steps (100)
##   ROUNDS=N      of tests that repeat something: a few in check, 1000 in race
##   ACTORS="a b"  those that do rounds in the test "churn" (all)
##   MIN=N         minutes of soak (10)
##   DEBUG=1       race, soak and fuzz in user-mode Linux that checks itself
##   SHORT=1       check-package leaves out what takes another boot
##   DKMS=guest    check-package compiles a new module where it is installed, too
##   FUZZ_SEED=N   other mutated packets and messages (1), or "random"
##   FUZZ_PACKETS=N FUZZ_MESSAGES=N   so many of them (check: 50000 and 3000;
##                 check-debug: 10000 and 1000; fuzz: 1000000 and 100000)
##   FUZZ_RUNS=N   runs of natctl in fuzz-natctl (5000; style 100)
##   FUZZ_PHASE=NAME   of "fuzz_packets", only this one; FUZZ_REPLAY=FRAMES again what
##                 a failure showed, FUZZ_TRACE=N writes from there on what is sent
##   DESTDIR= PREFIX=/usr/local   where install installs
##   NATGW_CACHE=DIR  what is downloaded and prepared (~/.cache/natgw)
##   V=1           show commands and their output
