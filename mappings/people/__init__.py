"""Who is who among people: what is known of a person, how two of them compare, and what may follow from it."""
