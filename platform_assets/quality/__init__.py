"""IS IT RIGHT: contracts, delivered files, audits, expectations, profiles, drift and reports."""
