"""Training of sentence encoders on titles: what differs from photos."""
