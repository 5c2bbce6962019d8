"""The rules of the check, one module per family; each takes the two sides of one thing and says what is wrong."""
