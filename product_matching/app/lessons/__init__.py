"""The lessons of How it works: each one thing to move and one picture that answers."""
