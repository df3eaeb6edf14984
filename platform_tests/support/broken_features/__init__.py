"""A product whose features break."""
