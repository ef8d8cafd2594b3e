"""The PyTorch side of foldvox: the models and their training, data, golden outputs and studies. Nothing here knows WebAssembly."""
