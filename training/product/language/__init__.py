"""Language models: back-off models of three words, of texts and of PocketSphinx, and their mixtures."""
