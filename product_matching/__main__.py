"""``python -m product_matching``."""

from product_matching.cli import main

main()
