# SPDX-License-Identifier: GPL-2.0-or-later
# How the parts fit together; each part has a Makefile or script of its own.

BUILD := $(CURDIR)/build
prefix ?= /usr/local
DESTDIR ?=
KERNEL_SERIES ?= v6.12
KERNEL_TREE ?= $(BUILD)/linux-$(KERNEL_SERIES)
# An unpacked source or a git tree; without it Debian's source package.
MAKEDUMPFILE_SRC ?=
MAKEDUMPFILE_TREE ?= $(BUILD)/makedumpfile
SUITES ?= tree unit command fuzz vmcores makedumpfile kernel crash containers lab \
	   inference capture
export BUILD prefix DESTDIR MAKEDUMPFILE_SRC

# Parts share two cores and one cache: never two at once.
.NOTPARALLEL:

.PHONY: help
help:
	@echo 'The two commands:'
	@echo '  make demo            the main job on a recorded dump'
	@echo '  make check           builds everything and runs all tests'
	@echo
	@echo 'Building and installing:'
	@echo '  make build           build/stopcheck, build/sdei_stop.so'
	@echo '  make install         into DESTDIR, prefix ($(prefix)); also: uninstall'
	@echo '  make crash           crash 8.0.6 for arm64 dumps, cached'
	@echo '  make clean           removes build/; the cache stays'
	@echo
	@echo 'The kernel series:'
	@echo '  make kernel-tree     $(KERNEL_TREE): a git tree with the series'
	@echo '  make kernel-patches  writes that tree back to kernel-patch/'
	@echo '  make kernels         the lab kernels, stock and with the series'
	@echo
	@echo 'The makedumpfile series (MAKEDUMPFILE_SRC=DIR: an unpacked source):'
	@echo '  make makedumpfile          builds it'
	@echo '  make makedumpfile-tree     $(MAKEDUMPFILE_TREE): a git tree with it'
	@echo '  make makedumpfile-patches  writes that tree back'
	@echo
	@echo 'Tests and dumps:'
	@echo '  make check SUITES=   of: $(SUITES)'
	@echo '                       beside those: locks, live (minutes), page (Chromium)'
	@echo '  make bench           what stopcheck costs, from 1 to 8192 CPUs'
	@echo '  make lab SCENARIO=   one crash in QEMU; "make lab" lists them'
	@echo '  make lab-matrix      crashes on every kernel configuration (hours)'
	@echo '  make lab-soak N=100  that many crashes of each kind, none like the other'
	@echo '  make lab-cost        what the series costs a crash'
	@echo '  make lab-inference   sdei_stop -e over the dumps in build/lab, as a table'
	@echo '  make vmcores         records vmcores/ anew'
	@echo
	@echo 'The cache is $${XDG_CACHE_HOME:-~/.cache}/sdei-stop; JOBS=N limits builds.'

.PHONY: deps-base deps-all
deps-base:
	@scripts/install-deps base
deps-all:
	@scripts/install-deps base crash kernel lab makedumpfile tests

.PHONY: build
build: deps-base
	@echo 'building stopcheck and sdei_stop.so'
	@$(MAKE) -s --no-print-directory -C stop-tag BUILD=$(BUILD)
	@$(MAKE) -s --no-print-directory -C crash-ext BUILD=$(BUILD)

.PHONY: install uninstall
install: build
	@$(MAKE) -s --no-print-directory -C stop-tag BUILD=$(BUILD) install
	@$(MAKE) -s --no-print-directory -C crash-ext BUILD=$(BUILD) install
uninstall:
	@$(MAKE) -s --no-print-directory -C stop-tag BUILD=$(BUILD) uninstall
	@$(MAKE) -s --no-print-directory -C crash-ext BUILD=$(BUILD) uninstall

.PHONY: crash
crash:
	@scripts/install-deps base crash
	@scripts/build-crash 8.0.6

.PHONY: kernel-tree kernel-patches kernels
kernel-tree:
	@scripts/install-deps base kernel
	@scripts/kernel-tree $(KERNEL_SERIES) $(KERNEL_TREE)
kernel-patches:
	@scripts/kernel-patches $(KERNEL_SERIES) $(KERNEL_TREE)
kernels:
	@scripts/install-deps base kernel
	@scripts/kernel-build --series $(KERNEL_SERIES) stock
	@scripts/kernel-build --series $(KERNEL_SERIES) series

.PHONY: makedumpfile makedumpfile-tree makedumpfile-patches
makedumpfile:
	@scripts/install-deps base makedumpfile
	@scripts/makedumpfile-build --with all
makedumpfile-tree:
	@scripts/install-deps base makedumpfile
	@scripts/makedumpfile-tree $(MAKEDUMPFILE_TREE)
# Without a tree: what is generated, and the cover letter.
makedumpfile-patches:
	@scripts/makedumpfile-patches $(if $(wildcard \
		$(MAKEDUMPFILE_TREE)/.git),$(MAKEDUMPFILE_TREE),-)

.PHONY: bench
bench: build
	@scripts/install-deps tests
	@tests/bench/run

.PHONY: lab
lab:
	@scripts/install-deps base kernel lab
ifeq ($(SCENARIO),)
	@tests/lab/lab --list
else
	@tests/lab/lab $(SCENARIO)
endif

# Each goes on where it was interrupted, or adds to what is there; see --help.
N ?= 100
.PHONY: lab-matrix lab-soak lab-cost
lab-matrix: build
	@scripts/install-deps base kernel lab
	@tests/lab/matrix
lab-soak: build
	@scripts/install-deps base kernel lab
	@tests/lab/soak $(N)
lab-cost: build
	@scripts/install-deps base kernel lab
	@tests/lab/cost

# What make check or make check SUITES=lab left: its dumps in build/lab.
.PHONY: lab-inference
lab-inference: build
	@scripts/install-deps base crash tests
	@tests/crash/lab-dumps >/dev/null
	@tests/crash/inference

.PHONY: vmcores
vmcores: deps-all build
	@scripts/record-vmcores

.PHONY: demo
demo: deps-base
	@scripts/demo

.PHONY: check
check: deps-all build
	@tests/run $(SUITES)

.PHONY: clean
clean:
	rm -rf $(BUILD)
