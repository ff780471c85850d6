"""Custom components of the pages: Python beside the script and the style of each."""
