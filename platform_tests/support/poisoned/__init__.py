"""A product's functions with a fault: what a wrong join would give."""
