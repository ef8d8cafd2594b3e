"""What the phoneme model `english` learns, from whom, and how it is scored."""
