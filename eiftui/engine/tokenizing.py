"""How the loaded model's tokenizer cuts texts."""

from __future__ import annotations

from eiftui.engine.protocol import Tokenize, Tokenized, TokenizedText
from eiftui.models.load import LanguageModel
from eiftui.models.parts import token_parts


def tokenized(model: LanguageModel, request: Tokenize) -> Tokenized:
    """The tokens of each text, whatever its length, and the parts of the text that they stand for."""
    cut = [token_parts(model, text) for text in request.texts]
    return Tokenized(texts=tuple(TokenizedText(tokens=tokens, parts=parts) for tokens, parts in cut))
