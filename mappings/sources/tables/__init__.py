"""Layouts of other programs as column maps, one TOML file each (`mappings.sources.table_map` says what it may hold)."""
