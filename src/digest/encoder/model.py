"""The sentence encoder at work: a text in, the numbers of its meaning out. The only module that knows onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import onnxruntime as ort

from digest.encoder.wordpiece import WordPiece, in_latin

MOST_TOKENS: Final = 256
"""That the model reads of a text (`max_seq_length` of all-MiniLM-L6-v2)."""
ONLY_FATAL: Final = 4


class Model:
    """all-MiniLM-L6-v2, on one thread, so that it takes no more than its turn."""

    def __init__(self, model: str, vocabulary: Mapping[str, int]) -> None:
        self._pieces = WordPiece(vocabulary)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = ONLY_FATAL
        self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def encode(self, text: str) -> list[float]:
        """Return the text's vector, of length 1: the mean over its tokens, the marks among them.

        Empty for what it cannot read: it was taught English, and of other scripts knows hardly more than the letters.
        """
        if not in_latin(text):
            return []
        ids = np.array([self._pieces.tokens(text, MOST_TOKENS)], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], given)
        mean = states[0].mean(axis=0, dtype=np.float64)
        vector: list[float] = (mean / np.linalg.norm(mean)).astype(np.float32).tolist()
        return vector
