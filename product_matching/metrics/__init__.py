"""Measures: F1 of each listing, threshold sweeps, bootstrap intervals, scores of a partition."""
