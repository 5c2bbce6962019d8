"""What is wrong with the school's own data, sorted by what it keeps from the diary (`doctor data`)."""
