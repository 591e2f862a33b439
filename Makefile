# MarketFlow. `make` lists the targets; `make run` is the one to start with.
.DEFAULT_GOAL := help
.PHONY: help setup build install uninstall run test sanitize bench bench-page soak lint format docs clean

SWIFT ?= swift
RELEASE := .build/release/marketflow

help:
	@echo "make run    build, start and print the page's address (demo market, no key needed)   ARGS='--port 9000' goes to serve"
	@echo "make test   every test: Swift, the page's units, end to end in Chromium              FILTER=OptionSymbol runs matching Swift tests only"
	@echo "make sanitize  every Swift test under the address and the thread sanitizer          KIND=thread runs one"
	@echo "make lint   formatting, shell scripts, the page's types and style"
	@echo "make format rewrites Swift sources in the house's format"
	@echo "make bench  engine, Python peers and parse ceiling on the reference tape             RUNS=5 CONTENDERS=marketflow,peer-fast"
	@echo "make bench-page  what the page costs a browser: main thread, frames, heap, bytes           ARGS='--pages'"
	@echo "make soak   ten minutes of load, kills and fuzzing, with a verdict (needs wrk)           ARGS='--minutes 1'"
	@echo "make docs   API documentation into .build/docs"
	@echo "make build  release binary ($(RELEASE))"
	@echo "make install    program, page, menu entry and user service below PREFIX (~/.local); make uninstall takes them away"
	@echo "make setup  what all of these need (each of them runs it first)"
	@echo "make clean  removes build products; .deps stays"

setup:
	@scripts/setup

build: setup
	$(SWIFT) build -c release --product marketflow

install: build
	@scripts/setup --install
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install

uninstall:
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/install --uninstall

run: build
	@$(RELEASE) serve $(ARGS)

test:
	@scripts/setup --test
	@scripts/test $(FILTER)

sanitize:
	@scripts/setup --test
	@scripts/sanitize $(KIND)

lint:
	@scripts/setup --test
	@scripts/lint

format:
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

bench:
	@scripts/setup --bench
	$(SWIFT) build -c release --product marketflow
	@scripts/bench $(ARGS)

bench-page: build
	@scripts/setup --test
	@scripts/measure-page $(ARGS)

soak: build
	@scripts/soak all $(ARGS)

docs: setup
	@scripts/docs

clean:
	rm -rf .build
