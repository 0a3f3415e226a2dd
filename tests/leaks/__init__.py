"""The leak list: every place where a file can carry private data, each with a file that carries it there."""
