"""The command line: each command parses, calls one verb of the office, and shows the value it returns."""
