"""Demos of machine-learning reports: real models on the data sets that come with scikit-learn, measured, pushed, reported on."""
