"""Experiments, models and deployments as other systems keep them, as the entities that reports are made of."""
