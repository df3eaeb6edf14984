"""Declared expectations: answered from the profile where it knows, by Great Expectations on the engine where not."""
