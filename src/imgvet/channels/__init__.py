"""The channels of a batch: where the files of each are, and the state of each photo for each of them."""
