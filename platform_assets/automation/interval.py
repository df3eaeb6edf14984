"""How often sensors look: often enough that a delivered file has its predictions within a minute."""

SENSOR_SECONDS = 5
