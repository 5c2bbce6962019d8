"""One careful way to the outside: retries, rate, counting and redaction live here and nowhere else."""
