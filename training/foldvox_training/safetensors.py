"""Safetensors files: 8-byte little-endian header length, JSON header, the tensors back to back.

The header is padded with spaces so that 8 + length is a multiple of 8. NumPy only: a model card can be made without torch.
"""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any, Dict, Mapping, Tuple

import numpy as np

DTYPES = {"F32": np.dtype("<f4"), "I8": np.dtype("i1")}
NAMES = {np.dtype("float32"): "F32", np.dtype("int8"): "I8"}


def write_safetensors(path: Path, tensors: Mapping[str, np.ndarray], metadata: Dict[str, str] | None = None) -> bytes:
    """Writes the arrays (float32 or int8) in the mapping's order; returns the data section."""
    header: Dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    blocks, offset = [], 0
    for name, array in tensors.items():
        block = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + len(block)],
        }
        blocks.append(block)
        offset += len(block)
    data = b"".join(blocks)
    if metadata is not None and "sha256" in metadata:
        header["__metadata__"]["sha256"] = hashlib.sha256(data).hexdigest()
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return data


def read_safetensors(path: Path) -> Tuple[Dict[str, np.ndarray], Dict[str, str]]:
    """Every tensor by name, in file order, and the metadata; ValueError where `sha256` does not match."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    data = content[8 + length :]
    if "sha256" in metadata and metadata["sha256"] != hashlib.sha256(data).hexdigest():
        raise ValueError(f"{path}: the data does not match its sha256")
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
    return tensors, metadata
