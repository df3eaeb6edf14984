"""The products: a folder of declarations and one file of feature functions each."""
