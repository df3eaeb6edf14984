"""Groups of the command line, a file for each; what they need is imported when they run."""
