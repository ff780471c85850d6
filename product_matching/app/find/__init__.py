"""The Find page below its layout."""
