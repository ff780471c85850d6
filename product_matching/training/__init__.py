"""Training of the photo models: recipes, data, one small loop, checkpoints and what comes of it."""
