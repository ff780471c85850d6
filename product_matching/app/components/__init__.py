"""Custom parts of pages: a Python function each, with its script and its style beside it."""
