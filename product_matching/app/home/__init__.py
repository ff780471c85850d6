"""The home page below its layout."""
