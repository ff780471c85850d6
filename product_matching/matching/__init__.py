"""Decide: which of the near listings are the same product."""
