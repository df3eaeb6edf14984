"""What the platform costs, measured: each file is a script that prints its figures beside its goals.

Scripts put the repository in place of their own folder on the path: `profile.py` would hide the standard library's.
"""
