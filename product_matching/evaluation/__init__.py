"""Measure: the metric, the protocols, threshold sweeps, and reports."""
