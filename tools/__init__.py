"""Programs around the project that are no part of it."""
