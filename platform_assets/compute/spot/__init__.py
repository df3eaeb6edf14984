"""Which instances to ask for: types, zone, how much on demand, and why."""
