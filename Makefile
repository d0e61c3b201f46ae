# Names over scripts/, nothing else. ARGS go to the script: make demo ARGS=--reset
.PHONY: help demo run test check bench screenshots setup

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## install what is missing, build, start beside a practice iCloud, print the address
	@scripts/demo $(ARGS)

run: ## build for real use and start
	@scripts/run $(ARGS)

test: ## every test: crates, both databases, real CalDAV servers, journeys in a browser
	@scripts/test $(ARGS)

check: ## format, lints, documentation, dependencies
	@scripts/check

bench: ## benchmarks; ARGS names some
	@scripts/bench $(ARGS)

screenshots: ## pictures of the pages; ARGS=--readme takes the README's
	@scripts/screenshots $(ARGS)

setup: ## install what demo and test need
	@scripts/setup $(ARGS)
