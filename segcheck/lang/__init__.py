"""Words, Japanese and English."""
