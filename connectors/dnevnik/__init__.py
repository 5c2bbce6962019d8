"""The hosted diary of the Dnevnik.ru family: its wire shapes, its REST calls, its import service."""
