"""The rate at which CPU seconds of a machine of one's own are billed."""

#: USD for an hour of one core: what m7i.large asks on demand in us-east-1 (0.1008 for two vCPUs,
#: https://aws.amazon.com/ec2/pricing/on-demand, March 2026), rounded.
DEFAULT_CPU_HOUR_USD = 0.05
