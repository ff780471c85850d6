"""Networks that turn photos into embeddings, and the heads that train them: torch modules, no files but weights."""
