"""What another retraining policy would have done: history run again under it, by the rules of production."""
