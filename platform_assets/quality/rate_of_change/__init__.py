"""Rate of change: is a number of this partition unusual, given the same number of the partitions before it?"""
