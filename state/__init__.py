"""Nouns and memory: the canonical records, and everything we remember about them."""
