"""Machine-learning reports: figures, sections and findings from entities."""
