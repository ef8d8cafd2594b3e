"""Training, export and golden data for foldvox models: the PyTorch side, which knows nothing of WebAssembly."""
