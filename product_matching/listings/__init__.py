"""Listings: catalogues and their files, image folders, parts, photos, titles, quantities."""
