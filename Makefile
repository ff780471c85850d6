# `make app` sets everything up and starts the app; `make test` sets everything up and checks it. `make docs` builds the
# pages of docs/ into build/site, `make coverage` runs the tests and says which lines none of them reaches.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Making the demo catalogue anew: Blender's module needs Python 3.11; WEIGHTS=FILE.safetensors instead of timm's own.
DEMO_PYTHON ?= python3.11
DEMO_VENV ?= .venv-demo
DEMO_TEST_VENV ?= .venv-demo-test
DEMO_TEST_BIN := $(abspath $(DEMO_TEST_VENV))/bin
DEMO_WORK ?= build/demo
SHOPEE ?= $(wildcard data/shopee/train.csv)

# The model that ships: trained on the demo's training part, groceries and clothes of DATA.
MODEL := mobilenetv2_arcface
TRAINING := build/training
EDITED_COPIES := PYTHONPATH=demo/generator $(BIN)/python -m recipes.data.edited_copies

# The comparison: five trainings, each going on where it was interrupted, then the table. SHIPPED=models/NAME adds the
# model that ships, HASHES=FILE the hashes of imagededup (benchmarks/hashes.py).
DATA ?= data
TRAININGS := autoencoder softmax softmax_sampler arcface arcface_sampler
COMPARISON := build/comparison
SHIPPED ?= models/$(MODEL)
HASHES ?= $(wildcard $(COMPARISON)/imagededup.json)
GROCERIES := $(TRAINING)/groceries.csv
AVERAGED := $(COMPARISON)/arcface_sampler $(COMPARISON)/arcface

.PHONY: app dev test lint types unit coverage docs demo demo-test model comparison clean

app: $(VENV)/app.stamp
	$(BIN)/streamlit run streamlit_app.py

test: lint types docs unit

dev: $(VENV)/dev.stamp

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy
	cd demo/generator && $(abspath $(BIN))/mypy

# Two processes, a test file in one of them.
unit: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2 --dist loadfile

coverage: $(VENV)/dev.stamp
	$(BIN)/pytest --cov=product_matching --cov=pages --cov-report=term:skip-covered --cov-report=xml:build/coverage.xml

docs: $(VENV)/docs.stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.stamp: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -r requirements.txt
	$(BIN)/pip install --no-deps -e .
	touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/app.stamp
	$(BIN)/pip install -r requirements-dev.txt
	touch $@

$(VENV)/docs.stamp: requirements-docs.txt | $(VENV)/bin/python
	$(BIN)/pip install -r requirements-docs.txt
	touch $@

demo: $(VENV)/app.stamp $(DEMO_VENV)/stamp
	$(DEMO_VENV)/bin/python -m demo_generator.make --out demo --work $(DEMO_WORK)
	$(BIN)/product-matching build demo/listings.csv --images demo/images --queries demo/queries.csv \
		--model models/$(MODEL) --out embeddings/demo --overwrite
	$(BIN)/product-matching build demo/listings.csv --images demo/images \
		--model mobilenetv2_100 $(if $(WEIGHTS),--weights $(WEIGHTS)) --out $(DEMO_WORK)/untrained --overwrite
	$(BIN)/python benchmarks/demo_catalogue.py embeddings/demo --untrained $(DEMO_WORK)/untrained \
		--out $(DEMO_WORK)/figures.json $(if $(SHOPEE),--real $(SHOPEE))
	$(DEMO_VENV)/bin/python -m demo_generator.card --catalogue demo --work $(DEMO_WORK) \
		--figures $(DEMO_WORK)/figures.json

$(DEMO_VENV)/stamp: demo/generator/pyproject.toml
	$(DEMO_PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/pip install -e 'demo/generator[render]'
	touch $@

# The generator's own checks, in an environment with its fonts and without Blender.
demo-test: $(DEMO_TEST_VENV)/stamp
	cd demo/generator && $(DEMO_TEST_BIN)/ruff check .
	cd demo/generator && $(DEMO_TEST_BIN)/ruff format --check .
	cd demo/generator && $(DEMO_TEST_BIN)/mypy
	cd demo/generator && $(DEMO_TEST_BIN)/pytest

$(DEMO_TEST_VENV)/stamp: demo/generator/pyproject.toml
	$(PYTHON) -m venv $(DEMO_TEST_VENV)
	$(DEMO_TEST_VENV)/bin/pip install -e 'demo/generator[test]'
	touch $@

model: build/$(MODEL)/report.json
	rm -rf models/$(MODEL)
	cp -r build/$(MODEL)/model models/$(MODEL)

build/$(MODEL)/report.json: recipes/$(MODEL).toml $(AVERAGED:%=%/report.json) \
		$(TRAINING)/demo_copies/listings.csv $(TRAINING)/clothing_copies/listings.csv
	$(BIN)/product-matching train $< --resume --out $(@D) $(if $(WEIGHTS),--weights $(WEIGHTS)) \
		$(AVERAGED:%=--average-with %) \
		--catalogue $(TRAINING)/demo_copies/listings.csv --images $(TRAINING)/demo_copies/images \
		--catalogue $(GROCERIES) --images $(DATA)/groceries/images \
		--catalogue $(TRAINING)/clothing_copies/listings.csv --images $(TRAINING)/clothing_copies/images

$(TRAINING)/demo_copies/listings.csv: demo/listings.csv | $(VENV)/app.stamp
	$(EDITED_COPIES) demo/listings.csv demo/images $(@D) --copies 1

$(TRAINING)/clothing_copies/listings.csv: $(GROCERIES)
	$(EDITED_COPIES) $(TRAINING)/clothing.csv $(DATA)/clothing/images $(@D) --copies 2 --most 400

comparison: $(TRAININGS:%=$(COMPARISON)/%/report.json)
	$(BIN)/product-matching compare --models $(COMPARISON) --groceries $(GROCERIES) \
		--groceries-images $(DATA)/groceries/images --shopee $(DATA)/shopee/train.csv --readme README.md \
		$(if $(WEIGHTS),--weights $(WEIGHTS)) --shipped $(SHIPPED) $(if $(HASHES),--hashes $(HASHES))

$(COMPARISON)/%/report.json: recipes/comparison/%.toml | $(GROCERIES)
	$(BIN)/product-matching train $< --resume --out $(@D) \
		--catalogue demo/listings.csv --images demo/images \
		--catalogue $(GROCERIES) --images $(DATA)/groceries/images \
		$(if $(WEIGHTS),$(if $(filter autoencoder,$*),,--weights $(WEIGHTS)))

$(GROCERIES): $(DATA)/groceries/photos.csv recipes/data/groceries_parts.csv | $(VENV)/app.stamp
	$(BIN)/python -m recipes.data.training_data $(DATA) $(@D)

clean:
	rm -rf $(VENV) $(DEMO_VENV) $(DEMO_TEST_VENV) build dist *.egg-info demo/generator/*.egg-info \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis demo/generator/.*_cache
