"""History as if it arrived: deliver month after month and let the platform's own sensors do the rest."""
