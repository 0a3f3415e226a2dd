"""People's decisions on a batch: recorded, chained, replayed to the state of each photo."""
