"""Machine-learning reports: reports about an experiment, a model, a project, a deployment or synthetic data."""
