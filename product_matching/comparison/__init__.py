"""The comparison: reported figures, reproduced ones, and our own under one protocol."""
