"""Find listings of the same product in a marketplace catalogue from photo and title."""

__version__ = "0.1.0"
