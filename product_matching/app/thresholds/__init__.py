"""The thresholds page: what each setting comes to, how it was chosen, and how it is kept with the catalogue."""
