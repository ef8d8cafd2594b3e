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

# The digits of the checksum while it is not known: it covers the whole file, with its own digits as zeros.
UNKNOWN_CHECKSUM = "0" * 64


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
    has_checksum = metadata is not None and "sha256" in metadata
    if has_checksum:
        header["__metadata__"]["sha256"] = UNKNOWN_CHECKSUM
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    head = struct.pack("<Q", len(text)) + text
    if has_checksum:
        digits = hashlib.sha256(head + data).hexdigest()
        head = head.replace(UNKNOWN_CHECKSUM.encode(), digits.encode(), 1)
    path.write_bytes(head + data)
    return data


def read_safetensors(path: Path) -> Tuple[Dict[str, np.ndarray], Dict[str, str]]:
    """Every tensor by name, in file order, and the metadata; ValueError where `sha256` does not match."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    data = content[8 + length :]
    digits = metadata.get("sha256")
    # Version 1 had only its data covered.
    covered = data if metadata.get("version") == "1" else content
    if digits is not None and covered is content:
        covered = content[: 8 + length].replace(digits.encode(), UNKNOWN_CHECKSUM.encode(), 1) + data
    if digits is not None and digits != hashlib.sha256(covered).hexdigest():
        raise ValueError(f"{path}: the file does not match its sha256")
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
    return tensors, metadata
