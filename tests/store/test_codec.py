from __future__ import annotations

import dataclasses
import json
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.errors import StoreError
from digest.model.delivery import Hole, Place, Skeleton
from digest.model.issue import Content, Edition, Inputs
from digest.model.news import Article, Source, SourceKind
from digest.store.codec import canonical, pack, restore, unpack
from digest.store.columns import Instant

from .samples import EDITION, article, content, inputs, skeleton

INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]))
st.register_type_strategy(datetime, INSTANTS)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(timedelta, st.timedeltas(timedelta(0), timedelta(days=400)))
LARGE = [HealthCheck.data_too_large, HealthCheck.too_slow]  # an issue of anything is large, and that is no fault
ANYTHING = settings(max_examples=60, deadline=None, suppress_health_check=LARGE)


@ANYTHING
@given(st.from_type(Content))
def test_any_content_comes_back_as_it_went(value):
    assert unpack(pack(value, Content), Content) == value


@ANYTHING
@given(st.from_type(Article))
def test_any_article_comes_back_as_it_went(value):
    assert unpack(pack((value, value), tuple[Article, ...]), tuple[Article, ...]) == (value, value)


def test_what_older_versions_kept_without_the_fields_there_are_now_is_read_again():
    def older(value, kind, *since):
        kept = json.loads(canonical(value, kind))
        return json.dumps({name: said for name, said in kept.items() if name not in since}).encode()

    edition, made = EDITION, article("a")
    told = content([made])

    assert restore(older(told, Content, "corrections"), Content) == told
    assert restore(older(edition, Edition, "mute_words", "mute_outlets"), Edition) == edition
    assert restore(older(skeleton(), Skeleton, "cut"), Skeleton) == skeleton()
    assert restore(older(made, Article, "kind", "outlet", "image", "gap"), Article) == made


@ANYTHING
@given(
    st.builds(
        Skeleton, parts=st.lists(st.one_of(st.binary(), st.builds(Hole, place=st.sampled_from(Place)))).map(tuple)
    )
)
def test_any_skeleton_comes_back_byte_for_byte(value):
    assert unpack(pack(value, Skeleton), Skeleton) == value


@ANYTHING
@given(INSTANTS)
def test_any_instant_comes_back_to_the_microsecond(value):
    column = Instant()

    kept = column.process_bind_param(value, None)

    assert isinstance(kept, int)
    assert column.process_result_value(kept, None) == value


def test_inputs_come_back_as_they_went():
    value = dataclasses.replace(inputs([article("a")]), overrides=("lead military-2",))

    assert unpack(pack(value, Inputs), Inputs) == value


def test_equal_values_are_equal_bytes():
    one = content([article("a")])
    other = content([article("a")])

    assert canonical(one, Content) == canonical(other, Content)
    assert pack(skeleton(), Skeleton) == pack(skeleton(), Skeleton)


def test_canonical_json_has_sorted_keys_no_spaces_and_real_letters():
    value = dataclasses.replace(content([]), subject="Zażółć, Київ")

    text = canonical(value, Content).decode()

    plain = json.loads(text)
    assert list(plain) == sorted(plain)
    assert text == json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    assert "Zażółć, Київ" in text


def test_half_a_surrogate_pair_from_outside_costs_no_issue():
    value = dataclasses.replace(content([]), subject="Ferren\ud800 bridge")

    assert unpack(pack(value, Content), Content).subject == "Ferren? bridge"


def test_a_value_kept_before_a_field_was_added_is_read_with_its_default():
    kept = json.loads(canonical(article("a"), Article))
    del kept["aliases"]

    assert restore(json.dumps(kept).encode(), Article) == article("a")


@pytest.mark.parametrize("blob", [b"", b"rubbish", zlib.compress(b"rubbish"), zlib.compress(b'{"edition":1}')])
def test_a_damaged_value_says_so(blob):
    with pytest.raises(StoreError, match=r"damaged"):
        unpack(blob, Content)


def test_a_folders_source_keeps_its_path():
    value = dataclasses.replace(
        inputs([]), sources=(Source("Tarnmouth desk", SourceKind.FOLDER, path=Path("/srv/news")),)
    )

    assert unpack(pack(value, Inputs), Inputs).sources[0].path == Path("/srv/news")
