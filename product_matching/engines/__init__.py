"""Where the work of a large catalogue runs when one machine is not enough: Spark, calling what one machine calls."""
