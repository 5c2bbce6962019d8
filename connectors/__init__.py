"""Tongues: each package speaks one outside language and knows only its wire shapes."""
