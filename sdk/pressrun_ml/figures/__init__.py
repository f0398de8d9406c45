"""Figures of a model from what is true and what it said: arrays in, fields of an entity out."""
