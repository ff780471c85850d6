"""The Models page below its layout."""
