"""Translation: wire shapes to canonical records and back, who is who, vocabularies as data."""
