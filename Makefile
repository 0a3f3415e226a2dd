# Everything is set up by the first target that needs it; nothing is installed outside this folder.
PYTHON ?= python3
DEMO   ?= demo
PHOTOS ?= sample_images
MINUTES ?= 10
N      ?= 2000
N      ?= 500
DATA   ?=
MODEL  ?=
OUT    ?= faces-bench
OPTIONS ?=
SHEET  ?= marks-sheet
SEED   := $(or $(SEED),$(shell $(PYTHON) -c "import time; print(time.time_ns() // 1000 % 10**9)"))

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: help setup demo test quick chance check format lock house bench growth bench-review bench-faces bench-text bench-cluster leaks kills fuzz mutants samples picture review-pictures marks-sheet wheel clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

setup: .venv/ready ## the virtual environment, with the models

.venv/ready: requirements.lock pyproject.toml $(wildcard hatch_*) tools/setup.py
	$(PYTHON) tools/setup.py

demo: setup      ## the main job on sample_images/, into demo/
	$(BIN)/python tools/demo.py $(DEMO)

test: setup      ## all tests, with the same result on every run
	$(BIN)/python -m pytest -n auto

quick: setup     ## the tests that take a moment: no processes, vetted batches, leaks, browser, office, chance examples
	$(BIN)/python -m pytest -n auto -m "not (slow or browser or office or hypothesis)"

chance: setup    ## the tests of properties, on ten times as many examples, new ones each time: make chance SEED=number
	@echo "To draw the same examples again: make chance SEED=$(SEED)"
	$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile=chance --hypothesis-seed=$(SEED)

check: setup     ## format, lint, types, floors: what CI checks before the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: setup    ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup      ## write requirements.lock again, from the ranges in pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --group dev pyproject.toml --output-file requirements.lock

house: setup     ## the house in figures: modules, functions, rooms, imports
	$(BIN)/python tools/house.py

bench: setup     ## speed and memory: make bench PHOTOS=folder
	$(BIN)/python benchmarks/bench.py $(PHOTOS)

growth: setup    ## memory of each command on batches of 50 and N photos (Linux): make growth N=20000
	$(BIN)/python -m benchmarks.growth 50 $(N)

bench-review: setup ## the review page: its server on a batch of N photos (Linux), and Chromium: make bench-review N=2000
	$(BIN)/python -m benchmarks.review_server $(N)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.review_event

bench-faces: setup ## faces found and missed: make bench-faces DATA=folder [MODEL=file.onnx] [OUT=folder] [OPTIONS="--turned"]
	$(BIN)/python -m benchmarks.faces "$(DATA)" --out "$(OUT)" $(foreach file,$(MODEL),--model "$(file)") $(OPTIONS)

bench-text: setup ## text found and read: make bench-text DATA=folder [OPTIONS="--scenes 60 --list"]
	$(BIN)/python -m benchmarks.text "$(DATA)" $(OPTIONS)

bench-cluster: setup ## what a Dask cluster costs, by dummy photos: make bench-cluster OPTIONS="--photos folder --network"
	PYTHONPATH=tests $(BIN)/python -m benchmarks.cluster $(OPTIONS)

leaks: setup     ## docs/it/leaks.md: every carrier, and what imgvet, ExifTool and mat2 leave of it
	$(BIN)/python tools/leaks.py

kills: setup     ## an office's work killed at random, on full disks, its folders gone, compared with an undisturbed run: make kills N=500 (Linux, macOS)
	$(BIN)/python tools/kill_runs.py $(N)

fuzz: setup      ## coverage-guided fuzzing of all readers: make fuzz MINUTES=10 (Linux and macOS)
	$(BIN)/python -m pip install --quiet "atheris>=3.0"
	$(BIN)/python tools/fuzz.py $(MINUTES)

mutants: setup   ## break the safety code one guard at a time: make mutants MODULES=batch/gate.py (Linux and macOS)
	nice $(BIN)/python tools/mutants.py $(MODULES)

samples: setup   ## draw sample_images/ and watermarks/ again
	$(BIN)/python sample_images/make.py
	$(BIN)/python watermarks/make.py

picture: setup   ## the README's picture, from a fresh demo
	$(BIN)/python tools/picture.py docs/pictures

review-pictures: setup ## the pictures of the review page in the docs, from a fresh batch (Chromium)
	PYTHONPATH=tests $(BIN)/python -m tools.review_pictures docs/pictures

marks-sheet: setup ## marks on hard backgrounds, with their measured contrast, to look at: make marks-sheet SHEET=folder
	$(BIN)/python tools/marks_sheet.py $(SHEET)

wheel: setup     ## dist/: a wheel that carries the models, and the source archive
	$(BIN)/python -m build --no-isolation

clean:           ## remove what was made
	rm -rf demo faces-bench marks-sheet dist .fuzz .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
