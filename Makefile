# Two commands on a fresh machine: `make demo` (look at it) and `make test` (believe it).
CARGO ?= cargo
DEMO_DATA ?= ./data/demo
LISTEN ?= 127.0.0.1:8080

.PHONY: demo test bench bench-crowd bench-board bench-faults lint fmt clean-demo pictures

demo:
	$(CARGO) build --release -p xiaoan
	$${CARGO_TARGET_DIR:-target}/release/xiaoan demo --data $(DEMO_DATA) --listen $(LISTEN)

clean-demo:
	rm -rf $(DEMO_DATA)

test:
	bash scripts/test.sh

# Figures, then the fault tests at their full length (about an hour).
bench:
	bash scripts/bench.sh
	bash scripts/bench-faults.sh

bench-faults:
	bash scripts/bench-faults.sh

bench-crowd:
	bash scripts/bench-crowd.sh

# The bureau's board with 10,000 schools; its data is kept between runs.
bench-board:
	bash scripts/bench-board.sh

# The README's pictures, from a running demo.
pictures:
	$(CARGO) build --release -p xiaoan
	bash scripts/browser-test.sh pictures

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

fmt:
	$(CARGO) fmt --all
