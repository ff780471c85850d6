"""How time grows with the size of the catalogue, beside what else there is: `python -m benchmarks.growth`."""
