"""What computing costs: an injected book of prices, fetched from AWS or read from a file."""
