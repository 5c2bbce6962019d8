"""Paper wire shapes ↔ the canonical register."""
