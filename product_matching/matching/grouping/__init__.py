"""A partition of the catalogue into groups, and what describes a group."""
