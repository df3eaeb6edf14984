"""The product `flight_delay`: which flights from New York arrive late."""
