"""Graphics of machine-learning reports: pure functions from data to blocks, nothing where there is nothing to draw."""
