"""Figures that follow from what was supplied: pure functions over plain numbers, each None where it is undefined."""
