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

# The model that ships: the mean of five trainings on the demo's training part, groceries and clothes of DATA.
MODEL := efficientnet_lite2_arcface
AVERAGED := edits_224 edits_224_cutmix edits_192 labels
TRAINED := build/efficientnet_lite2
TRAINING := build/training
TRAINING_DATA = $(TRAINING)/demo_copies/listings.csv $(TRAINING)/clothing_copies/listings.csv
TRAIN = $(BIN)/product-matching train --resume $(if $(WEIGHTS),--weights $(WEIGHTS))
DEMO_COPIES := --catalogue $(TRAINING)/demo_copies/listings.csv --images $(TRAINING)/demo_copies/images
THINNED = --catalogue $(TRAINING)/groceries_thinned.csv --images $(DATA)/groceries/images
CLOTHES := --catalogue $(TRAINING)/clothing_copies/listings.csv --images $(TRAINING)/clothing_copies/images
WITH_COPIES = $(DEMO_COPIES) $(THINNED) $(CLOTHES)
WITH_GENERATOR := PYTHONPATH=demo/generator $(BIN)/python -m

# The comparison: five trainings, each going on where it was interrupted, then the table. SHIPPED=models/NAME adds the
# model that ships, HASHES=FILE the hashes of imagededup (benchmarks/hashes.py).
DATA ?= data
TRAININGS := autoencoder softmax softmax_sampler arcface arcface_sampler
COMPARISON := build/comparison
SHIPPED ?= models/$(MODEL)
HASHES ?= $(wildcard $(COMPARISON)/imagededup.json)
GROCERIES := $(TRAINING)/groceries.csv

CASES ?= 10000
SEED ?= 1

.PHONY: app dev test lint types unit offline fuzz coverage docs demo demo-test model halves pairs holdouts comparison clean

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

# Hostile input at every door, in a few minutes; another SEED tries other cases.
fuzz: $(VENV)/dev.stamp
	$(BIN)/python -m tests.fuzz --cases $(CASES) --seed $(SEED)

# A fresh checkout after installation, where the machine itself has no network (Linux; root or user namespaces).
offline: $(VENV)/dev.stamp
	unshare --net --map-root-user $(BIN)/pytest tests/test_offline.py tests/test_readme.py

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

model: $(TRAINED)/$(MODEL)/mean.stamp
	rm -rf models/$(MODEL)
	cp -r $(TRAINED)/$(MODEL)/model models/$(MODEL)

# The mean is written where the last of the five trainings is, once all have ended.
$(TRAINED)/$(MODEL)/mean.stamp: $(AVERAGED:%=$(TRAINED)/%/report.json) $(TRAINED)/$(MODEL)/report.json
	$(TRAIN) recipes/efficientnet_lite2/$(MODEL).toml --out $(@D) $(WITH_COPIES) $(AVERAGED:%=--average-with $(TRAINED)/%)
	touch $@

$(TRAINED)/labels/report.json: recipes/efficientnet_lite2/labels.toml $(TRAINING_DATA)
	$(TRAIN) $< --out $(@D) --catalogue demo/listings.csv --images demo/images $(THINNED)

$(TRAINED)/%/report.json: recipes/efficientnet_lite2/%.toml $(TRAINING_DATA)
	$(TRAIN) $< --out $(@D) $(WITH_COPIES)

# Networks for the vectors that a pair scorer learns from: each has never seen the other half of the training part.
halves: $(TRAINED)/half_0/report.json $(TRAINED)/half_1/report.json

$(TRAINED)/half_%/report.json: recipes/efficientnet_lite2/half.toml $(TRAINING_DATA)
	$(TRAIN) $< --out $(@D) --catalogue $(TRAINING)/demo_copies/half_$*.csv --images $(TRAINING)/demo_copies/images \
		$(THINNED) $(CLOTHES)

# The pair scorer: it learns from each half as the network of the other half embeds it. READ=1 has the print read, too.
pairs: $(TRAINED)/pairs_0/manifest.json $(TRAINED)/pairs_1/manifest.json
	$(BIN)/product-matching train-pairs embeddings/demo --out models/pairs/demo \
		--also $(TRAINED)/pairs_0 --also $(TRAINED)/pairs_1

$(TRAINED)/pairs_0/manifest.json: $(TRAINED)/half_1/report.json
$(TRAINED)/pairs_1/manifest.json: $(TRAINED)/half_0/report.json
$(TRAINED)/pairs_%/manifest.json:
	$(BIN)/product-matching build $(TRAINING)/demo_copies/pairs_$*.csv --images demo/images \
		--model $(dir $<)model --out $(@D) --overwrite
	$(if $(READ),$(BIN)/product-matching read $(@D) --images demo/images)

# What is learnt about goods of a kind that training does not have.
holdouts: $(TRAINED)/no_demo/report.json $(TRAINED)/no_groceries/report.json

$(TRAINED)/no_demo/report.json: recipes/efficientnet_lite2/holdout.toml $(TRAINING_DATA)
	$(TRAIN) $< --out $(@D) $(THINNED) $(CLOTHES)

$(TRAINED)/no_groceries/report.json: recipes/efficientnet_lite2/holdout.toml $(TRAINING_DATA)
	$(TRAIN) $< --out $(@D) $(DEMO_COPIES) $(CLOTHES)

$(TRAINING)/demo_copies/listings.csv: demo/listings.csv | $(VENV)/app.stamp
	$(WITH_GENERATOR) recipes.data.edited_copies demo/listings.csv demo/images $(@D) --copies 1
	$(WITH_GENERATOR) recipes.data.demo_halves $(@D) --demo demo/listings.csv

$(TRAINING)/clothing_copies/listings.csv: $(GROCERIES)
	$(WITH_GENERATOR) recipes.data.edited_copies $(TRAINING)/clothing.csv $(DATA)/clothing/images $(@D) \
		--copies 1 --most 1200

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
