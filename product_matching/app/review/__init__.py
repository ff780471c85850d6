"""The Review page below its layout."""
