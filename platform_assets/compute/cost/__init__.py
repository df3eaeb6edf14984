"""What compute and storage cost: use in, exact dollars out, shared out so that the parts add up to the bill."""
