"""What the page How it works computes: small answers about one catalogue, or about a precomputed training."""
