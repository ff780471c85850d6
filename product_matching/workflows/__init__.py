"""One command each: what the command line and the app both do."""
