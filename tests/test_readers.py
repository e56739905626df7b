"""What readers do themselves, over real files and a real database."""

from __future__ import annotations

import json
import shutil
from datetime import date, time, timedelta

import pytest

from digest import pipeline
from digest.consent import MOVES
from digest.errors import ListError, UnknownError
from digest.model.people import Consent, NoticeKind, Preferences
from digest.parts import open_parts
from digest.pipeline import readers
from digest.pipeline.people import OLDER
from digest.pipeline.switching import change_edition
from digest.settings import load
from digest.store import Leaver, open_store
from digest.store.words import begin, words
from digest.subscribers import Purpose, follow, mark
from tests.fakes import NOON
from tests.settings.conftest import BASE

ADA, BO, CY = "ada@mail.example", "bo@mail.example", "cy@mail.example"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TWO = '\n[[section]]\nid = "hills"\ntitle = "In the hills"\nmatch = ["pass*"]\n'
AGREED = "Send me the brief on weekdays."


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """An empty database, made once."""
    path = tmp_path_factory.mktemp("template") / "digest.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def desk(tmp_path, migrated):
    (tmp_path / "var").mkdir()
    shutil.copy(migrated, tmp_path / "var/digest.db")
    folder = tmp_path / "subscribers"
    folder.mkdir()
    (tmp_path / "digest.toml").write_text(BASE.replace("\n[[source]]", TWO + "\n[[source]]"))
    (folder / "lists.toml").write_text("[weekday]\npublic = true\n")
    (folder / "weekday.csv").write_text(f"email,name,note\n{ADA},Ada,a friend\n{BO},Bo,\n")
    return tmp_path


@pytest.fixture
def parts(desk):
    with open_parts(load(desk / "digest.toml", {})) as opened:
        pipeline.sync(opened, now=NOON)
        yield opened


def form(address, **wish):
    return readers.Form(address, "weekday", Preferences(**wish), AGREED)


def queued(parts, now=NOON):
    """The mails that wait, taken out of the queue."""
    return [(each.kind, each.email) for each in taken(parts, now)]


def taken(parts, now=NOON):
    return parts.store.notices.claim(100, now=now)


def token_of(parts, notice):
    purpose = {NoticeKind.CONFIRM: Purpose.CONFIRM, NoticeKind.ADDRESS: Purpose.ADDRESS}[notice.kind]
    return parts.tokens.make(purpose, notice.request, notice.edition)


def settings_token(parts, address, purpose=Purpose.PREFERENCES):
    (one,) = parts.store.subscribers.by_email(address)
    return parts.tokens.make(purpose, one.subscriber.id, "weekday")


def mailed(parts):
    return sorted(recipient.email for recipient in parts.store.subscribers.audience(["weekday"]))


def on_file(desk):
    return [line.split(",")[0] for line in (desk / "subscribers/weekday.csv").read_text().splitlines()[1:]]


def signed_up(parts, address=CY, now=NOON, **wish):
    readers.sign_up(parts, form(address, **wish), now=now)
    (notice,) = taken(parts, now)
    return token_of(parts, notice)


def events(parts, address):
    return [(each.event, each.origin) for each in parts.store.subscribers.events(address)]


def test_who_signs_up_is_mailed_once_they_have_confirmed_and_stands_in_the_file_from_the_next_sync(desk, parts):
    token = signed_up(parts, sections=("hills",), time=time(6, 30), timezone="Europe/Kyiv", language="uk")
    pipeline.sync(parts, now=NOON)
    before = mailed(parts)

    done = readers.confirm(parts, token, now=NOON + MINUTE)
    again = readers.confirm(parts, token, now=NOON + 2 * MINUTE)
    pipeline.sync(parts, now=NOON + DAY)

    assert before == [ADA, BO]
    assert (done.fresh, again.fresh) == (True, False)
    assert mailed(parts) == [ADA, BO, CY]
    assert (desk / "subscribers/weekday.csv").read_text().splitlines() == [
        "email,name,note,sections,frequency,time,timezone,language,joined",
        f"{ADA},Ada,a friend,,,,,,",
        f"{BO},Bo,,,,,,,",
        f"{CY},,,hills,all,06:30,Europe/Kyiv,uk,2026-03-02",
    ]
    assert events(parts, CY) == [("sign_up", "form"), ("confirm", "page")]
    assert {each.wording for each in parts.store.subscribers.events(CY)} == {AGREED}


def test_a_form_answers_alike_whoever_is_signed_up_and_only_their_mailboxes_learn_more(parts):
    gone = settings_token(parts, BO, Purpose.UNSUBSCRIBE)
    readers.leave(parts, gone, origin="one-click", now=NOON)
    pipeline.forget(parts, "eve@mail.example", now=NOON)
    signed_up(parts, "dan@mail.example")
    addresses = [ADA, BO, CY, "dan@mail.example", "eve@mail.example"]

    answers = [readers.sign_up(parts, form(each), now=NOON + MINUTE) for each in addresses]

    assert [(answer.hints, answer.meant) for answer in answers] == [((), "")] * 5
    assert queued(parts, NOON + MINUTE) == [
        (NoticeKind.LINK, ADA),
        (NoticeKind.CONFIRM, BO),
        (NoticeKind.CONFIRM, CY),
    ]
    assert mailed(parts) == [ADA]


def test_signing_up_again_within_minutes_mails_nothing_more_and_what_was_asked_last_counts(parts):
    token = signed_up(parts, sections=("hills",))
    readers.sign_up(parts, form(CY, sections=("harbour",)), now=NOON + MINUTE)

    mails = queued(parts, NOON + MINUTE)
    done = readers.confirm(parts, token, now=NOON + 2 * MINUTE)

    assert mails == []
    assert done.wishes.preferences.sections == ("harbour",)


def test_the_way_out_ends_the_subscription_and_no_file_brings_the_reader_back(desk, parts):
    token = settings_token(parts, ADA, Purpose.UNSUBSCRIBE)

    left = readers.leave(parts, token, origin="one-click", now=NOON + MINUTE)
    again = readers.leave(parts, token, origin="page", now=NOON + 2 * MINUTE)
    pipeline.sync(parts, now=NOON + DAY)
    (desk / "subscribers/weekday.csv").write_text(f"email\n{ADA}\n{BO}\n")
    pipeline.sync(parts, now=NOON + 2 * DAY)

    assert (left.ended, again.ended) == (1, 0)
    assert left.wishes.consent is Consent.UNSUBSCRIBED
    assert mailed(parts) == [BO]
    assert events(parts, ADA) == [("file", "weekday.csv"), ("unsubscribe", "one-click")]


def test_who_left_loses_the_row_in_the_file_and_gets_it_back_with_their_word(desk, parts):
    token = settings_token(parts, ADA, Purpose.UNSUBSCRIBE)
    readers.leave(parts, token, origin="page", now=NOON)
    pipeline.sync(parts, now=NOON)
    without = on_file(desk)

    back = readers.put_back(parts, token, now=NOON + 13 * DAY)
    pipeline.sync(parts, now=NOON + 13 * DAY)

    assert (without, on_file(desk)) == ([BO], [BO, ADA])
    assert back.consent is Consent.ACTIVE
    assert mailed(parts) == [ADA, BO]


def test_putting_back_undoes_the_leaving_and_not_what_an_operator_did_before(desk, parts):
    token = settings_token(parts, ADA)
    pipeline.delist(parts, ADA, [], asked=False, now=NOON)
    left = readers.leave(parts, token, origin="page", now=NOON + DAY)

    back = readers.put_back(parts, token, now=NOON + DAY)
    pipeline.sync(parts, now=NOON + DAY)

    assert (left.wishes.may_come_back, back.consent) == (False, Consent.UNSUBSCRIBED)
    assert mailed(parts) == on_file(desk) == [BO]


def test_a_wish_to_leave_that_an_operator_notes_voids_a_sign_up_that_was_not_confirmed(parts):
    token = signed_up(parts)
    pipeline.delist(parts, CY, ["weekday"], asked=True, now=NOON + MINUTE)

    done = readers.confirm(parts, token, now=NOON + 2 * MINUTE)

    assert done.fresh is False
    assert mailed(parts) == [ADA, BO]


@pytest.mark.parametrize(("left", "fresh"), [(date(2026, 3, 2), False), (date(2026, 2, 1), True)])
def test_word_from_elsewhere_of_who_left_voids_sign_ups_from_before_that_day_alone(parts, left, fresh):
    token = signed_up(parts)
    leaver = Leaver(CY, readers.hashed(parts, CY), left)
    parts.store.subscribers.leave("weekday", [leaver], origin="import: mailchimp", now=NOON)

    assert readers.confirm(parts, token, now=NOON + 2 * MINUTE).fresh is fresh


def test_a_fortnight_after_leaving_only_a_sign_up_brings_back(parts):
    token = settings_token(parts, ADA, Purpose.UNSUBSCRIBE)
    readers.leave(parts, token, origin="page", now=NOON)
    taken(parts)

    late = readers.put_back(parts, token, now=NOON + 14 * DAY)
    confirm = signed_up(parts, ADA, now=NOON + 15 * DAY)
    between = mailed(parts)
    readers.confirm(parts, confirm, now=NOON + 15 * DAY)

    assert (late.consent, late.may_come_back) == (Consent.UNSUBSCRIBED, False)
    assert (between, mailed(parts)) == ([BO], [ADA, BO])


def test_a_stranger_at_the_form_and_a_file_together_bring_nobody_back(parts):
    readers.leave(parts, settings_token(parts, ADA, Purpose.UNSUBSCRIBE), origin="one-click", now=NOON)
    file = parts.settings.subscribers / "weekday.csv"
    rows = file.read_text()
    readers.sign_up(parts, form(ADA), now=NOON + MINUTE)

    pipeline.sync(parts, now=NOON + MINUTE)
    file.write_text(rows)
    pipeline.sync(parts, now=NOON + 2 * MINUTE)

    assert mailed(parts) == [BO]


def test_leaving_voids_a_sign_up_that_was_not_confirmed(parts):
    readers.leave(parts, settings_token(parts, ADA, Purpose.UNSUBSCRIBE), origin="one-click", now=NOON)
    confirm = signed_up(parts, ADA, now=NOON + MINUTE)
    back = readers.put_back(parts, settings_token(parts, ADA), now=NOON + 2 * MINUTE)
    readers.leave(parts, back.unsubscribe_token, origin="one-click", now=NOON + 3 * MINUTE)

    done = readers.confirm(parts, confirm, now=NOON + 4 * MINUTE)

    assert (done.fresh, done.wishes.consent) == (False, Consent.UNSUBSCRIBED)
    assert mailed(parts) == [BO]


@pytest.mark.parametrize("origin", ["one-click", "page", "mailto", "complaint"])
def test_a_goodbye_is_written_to_who_left_on_a_page_or_by_mail(parts, origin):
    readers.leave(parts, settings_token(parts, ADA, Purpose.UNSUBSCRIBE), origin=origin, now=NOON)

    assert queued(parts) == ([(NoticeKind.GOODBYE, ADA)] if origin in ("page", "mailto") else [])


def test_a_token_opens_only_what_it_was_made_for(parts):
    number = parts.store.subscribers.by_email(ADA)[0].subscriber.id
    web = parts.tokens.make(Purpose.WEB, number, "weekday")
    leave = parts.tokens.make(Purpose.UNSUBSCRIBE, number, "weekday")
    altered = f"{leave[:-2]}{'B' if leave[-2] == 'A' else 'A'}{leave[-1]}"
    other = parts.tokens.make(Purpose.PREFERENCES, number, "evening")
    stranger = parts.tokens.make(Purpose.UNSUBSCRIBE, 999, "weekday")

    assert readers.leave(parts, web, origin="page", now=NOON) is None
    assert readers.leave(parts, stranger, origin="page", now=NOON) is None
    assert readers.leave(parts, altered, origin="page", now=NOON) is None
    assert readers.leave(parts, other, origin="page", now=NOON) is None
    assert readers.confirm(parts, leave, now=NOON) is None
    assert readers.move_address(parts, leave, CY, now=NOON) is None
    assert readers.take_out(parts, leave) is None
    assert readers.forget(parts, leave, now=NOON) is False
    assert mailed(parts) == [ADA, BO]


def test_an_edition_that_the_settings_know_no_more_can_still_be_left(parts):
    number = parts.store.subscribers.by_email(ADA)[0].subscriber.id
    with parts.store.database.write() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql(
            "INSERT INTO issue (id, edition, number, local_date, slot, state, revision, draft_at, send_at, expires_at,"
            " approved_by, binding, reason, imprint, claimed_at, moved_at)"
            " VALUES (7, 'dawn', 1, '2026-03-01', '07:00', 'sent', 1, 0, 0, 0, '', '', '', '', 0, 0)"
        )
        connection.exec_driver_sql("INSERT INTO audience (issue, list, position) VALUES (7, 'weekday', 0)")

    left = readers.leave(parts, parts.tokens.make(Purpose.UNSUBSCRIBE, number, "dawn"), origin="one-click", now=NOON)

    assert left.ended == 1
    assert mailed(parts) == [BO]


def test_what_a_reader_chooses_counts_at_once_and_from_then_on_the_file_does(desk, parts):
    token = settings_token(parts, ADA)

    readers.prefer(parts, token, Preferences(sections=("hills",), time=time(9)), now=NOON)
    at_once = readers.wishes(parts, token, now=NOON).preferences
    pipeline.sync(parts, now=NOON)
    file = desk / "subscribers/weekday.csv"
    written = file.read_text().splitlines()[1]
    file.write_text(file.read_text().replace("hills", "harbour"))
    pipeline.sync(parts, now=NOON)

    assert (at_once.sections, at_once.time) == (("hills",), time(9))
    assert written == f"{ADA},Ada,a friend,hills,all,09:00,,,"
    assert readers.wishes(parts, token, now=NOON).preferences.sections == ("harbour",)
    assert events(parts, ADA)[1:] == [("prefer", "page")]


def test_a_file_with_a_broken_row_keeps_readers_words_waiting_and_the_words_count_all_the_same(desk, parts):
    file = desk / "subscribers/weekday.csv"
    whole = file.read_text()
    file.write_text(whole + 'dan@mail.example,"Dan" the man,\n')
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    readers.leave(parts, settings_token(parts, BO, Purpose.UNSUBSCRIBE), origin="page", now=NOON)

    problems = pipeline.sync(parts, now=NOON).lists.problems
    told, people = readers.wishes(parts, settings_token(parts, ADA), now=NOON), mailed(parts)
    file.write_text(whole)
    pipeline.sync(parts, now=NOON)

    assert any("what 2 of its readers said themselves is not in it yet" in each for each in problems)
    assert (told.preferences.sections, people) == (("hills",), [ADA])
    assert on_file(desk) == [ADA]


@pytest.mark.parametrize(
    ("wish", "said"),
    [(Preferences(sections=("sport",)), "no section"), (Preferences(timezone="Europe/Kyjiv"), "unknown time zone")],
)
def test_a_wish_for_what_there_is_not_is_refused(parts, wish, said):
    with pytest.raises(ListError, match=said):
        readers.prefer(parts, settings_token(parts, ADA), wish, now=NOON)


def themselves(synced):
    """What a sync tells of readers' own words."""
    return [each for each in synced.lists.problems if "themselves" in each or "own words" in each]


def test_a_list_saved_from_an_earlier_state_takes_no_choice_back_and_says_whom_it_drops(desk, parts, caplog):
    older = (desk / "subscribers/weekday.csv").read_text()
    readers.confirm(parts, signed_up(parts), now=NOON)
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    readers.leave(parts, settings_token(parts, BO, Purpose.UNSUBSCRIBE), origin="page", now=NOON)
    written = pipeline.sync(parts, now=NOON)
    ada, bo, cy = (parts.store.subscribers.by_email(each)[0].subscriber.id for each in (ADA, BO, CY))
    good = (desk / "subscribers/weekday.csv").read_text()
    (desk / "subscribers/weekday.csv").write_text(f"{older}dan@mail.example,Dan,\n")

    synced = pipeline.sync(parts, now=NOON + 13 * DAY)
    again = pipeline.sync(parts, now=NOON + 13 * DAY)
    now, there = (desk / "subscribers/weekday.csv").read_text(), mailed(parts)
    (desk / "subscribers/weekday.csv").write_text(good)
    cured = pipeline.sync(parts, now=NOON + 13 * DAY)

    stands, dropped = themselves(synced)
    assert f"the rows of 2 (subscriber {ada}, {bo}) said again what they said before" in stands
    assert f"of 1 who said it themselves in the last fortnight (subscriber {cy}) the row is gone" in dropped
    assert "digest subscribers add ADDRESS --list weekday" in dropped
    assert [record.getMessage() for record in caplog.records] == [OLDER]
    assert not [*themselves(written), *themselves(again), *themselves(cured)]
    assert pipeline.look_up(parts, str(cy)).events == pipeline.look_up(parts, CY).events
    assert (synced.report.removed, again.report.added, again.report.changed) == (1, 0, 0)
    assert there == [ADA, "dan@mail.example"]
    assert now.splitlines()[1:] == [f"{ADA},Ada,a friend,hills,all,,,,", "dan@mail.example,Dan,,,,,,,"]
    assert mailed(parts) == [ADA, CY]
    assert parts.store.subscribers.by_email(ADA)[0].preferences.sections == ("hills",)


def test_what_a_person_wrote_since_a_readers_word_may_be_taken_back_by_a_person(desk, parts):
    file = desk / "subscribers/weekday.csv"
    older = file.read_text()
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    pipeline.sync(parts, now=NOON)
    file.write_text(file.read_text().replace(",hills,all,", ",,sundays,"))
    theirs = pipeline.sync(parts, now=NOON + DAY)
    file.write_text(older)

    synced = pipeline.sync(parts, now=NOON + 2 * DAY)

    assert (theirs.report.changed, synced.report.changed, synced.report.older) == (1, 1, ())
    assert file.read_text() == older
    assert parts.store.subscribers.by_email(ADA)[0].preferences.sections == ()


def test_after_a_fortnight_a_row_that_says_again_what_it_said_counts_but_brings_nobody_back(desk, parts):
    older = (desk / "subscribers/weekday.csv").read_text()
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    readers.leave(parts, settings_token(parts, BO, Purpose.UNSUBSCRIBE), origin="page", now=NOON)
    pipeline.sync(parts, now=NOON)
    (desk / "subscribers/weekday.csv").write_text(older)

    synced = pipeline.sync(parts, now=NOON + 14 * DAY)

    assert (synced.report.changed, synced.report.older, themselves(synced)) == (1, (), [])
    assert (mailed(parts), on_file(desk)) == ([ADA], [ADA, BO])


def test_a_copy_from_before_several_words_is_older_than_each_of_them(desk, parts):
    file, copies = desk / "subscribers/weekday.csv", []
    for choice in ("hills", "harbour", "hills"):
        copies.append(file.read_text())
        readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=(choice,)), now=NOON)
        pipeline.sync(parts, now=NOON)
    good = file.read_text()

    stands = []
    for copy in copies:
        file.write_text(copy)
        pipeline.sync(parts, now=NOON + DAY)
        stands.append(",hills," in file.read_text() and parts.store.subscribers.by_email(ADA)[0].preferences.sections)

    assert stands == [("hills",)] * 3
    assert file.read_text() == good


def test_who_changes_takes_out_or_puts_back_a_row_is_heeded(desk, parts):
    file = desk / "subscribers/weekday.csv"
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    readers.confirm(parts, signed_up(parts), now=NOON)
    pipeline.sync(parts, now=NOON)
    good = file.read_text()

    found = []
    for text in (
        good.replace(",hills,", ",harbour,"),
        good.replace(CY, "cynthia@mail.example"),
        good.replace(f"{CY},,,*,all", f"{CY},,,hills,all"),
        good.replace(f"{CY},,,*,all", f"{CY},,,harbour,all"),
    ):
        file.write_text(text)
        pipeline.sync(parts, now=NOON + DAY)
        assert file.read_text() == text
        theirs = [each for each in parts.store.subscribers.all("weekday") if each.subscriber.email not in (ADA, BO)]
        found.append([(each.subscriber.email, each.preferences.sections) for each in theirs])

    assert found == [[(CY, ())], [("cynthia@mail.example", ())], [(CY, ("hills",))], [(CY, ("harbour",))]]


def test_whose_row_was_taken_out_before_their_choice_was_written_stays_off(desk, parts):
    file = desk / "subscribers/weekday.csv"
    readers.confirm(parts, signed_up(parts), now=NOON)
    for address in (ADA, CY):
        readers.prefer(parts, settings_token(parts, address), Preferences(sections=("hills",)), now=NOON)
    file.write_text(f"email\n{BO}\n")

    synced = pipeline.sync(parts, now=NOON)
    kept = on_file(desk)
    readers.prefer(parts, settings_token(parts, BO), Preferences(sections=("hills",)), now=NOON)
    file.unlink()
    pipeline.sync(parts, now=NOON)

    assert (synced.report.removed, kept) == (1, [BO, CY])
    assert len(themselves(synced)) == 1
    assert (mailed(parts), file.exists()) == ([], False)


def test_a_process_that_dies_over_a_file_takes_back_neither_a_word_nor_who_changed_it_since(desk, parts):
    file = desk / "subscribers/weekday.csv"
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    readers.confirm(parts, signed_up(parts), now=NOON)
    new = words(parts.store.database)
    begin(parts.store.database, new, str(mark(file)))  # and no more: the process died

    pipeline.sync(parts, now=NOON)
    begun = file.read_text()
    readers.prefer(parts, settings_token(parts, ADA), Preferences(language="uk"), now=NOON)
    new = words(parts.store.database)
    begin(parts.store.database, new, str(mark(file)))
    follow(file, [word.row for word in new], [])  # and it died before it noted that
    file.write_text(file.read_text().replace(",uk,", ",pl,"))
    pipeline.sync(parts, now=NOON)

    assert f"{ADA},Ada,a friend,hills,all" in begun
    assert CY in begun
    assert f"{ADA},Ada,a friend,*,all,,,pl," in file.read_text()
    assert parts.store.subscribers.by_email(ADA)[0].preferences.language == "pl"


def test_who_left_by_an_import_is_no_word_that_a_file_takes_back(desk, parts):
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    readers.confirm(parts, signed_up(parts), now=NOON)
    pipeline.sync(parts, now=NOON)
    (desk / "gone.csv").write_text(f"email\n{ADA}\n{CY}\n")

    brought = pipeline.bring(parts, desk / "gone.csv", "weekday", gone=True, now=NOON + DAY)

    assert (brought.ended, brought.report.older, brought.report.overruled) == (2, (), {})
    assert not themselves(pipeline.sync(parts, now=NOON + DAY))
    assert mailed(parts) == [BO]


def test_a_column_called_said_is_the_people_s_own(desk, parts):
    file = desk / "subscribers/weekday.csv"
    file.write_text(f"email,said\n{ADA},wants calls\n{BO},217123456.0\n")
    readers.prefer(parts, settings_token(parts, BO), Preferences(sections=("hills",)), now=NOON)

    pipeline.sync(parts, now=NOON)

    assert [line.split(",")[:4] for line in file.read_text().splitlines()] == [
        ["email", "said", "name", "sections"],
        [ADA, "wants calls", "", ""],
        [BO, "217123456.0", "Bo", "hills"],
    ]


def test_two_addresses_that_become_one_keep_their_row_s_name_and_columns(desk, parts):
    (desk / "subscribers/weekly.csv").write_text("email,name\nada@home.example,Ada at home\n")
    pipeline.sync(parts, now=NOON)
    readers.move_address(parts, settings_token(parts, ADA), "ada@home.example", now=NOON)
    (notice,) = taken(parts)
    readers.confirm_address(parts, token_of(parts, notice), now=NOON)

    pipeline.sync(parts, now=NOON)

    assert mailed(parts) == ["ada@home.example", BO]
    first = (desk / "subscribers/weekday.csv").read_text().splitlines()[1]
    assert first.startswith("ada@home.example,Ada,a friend,*,all,")


def test_a_pause_is_told_and_noted_once(parts):
    token = settings_token(parts, ADA)

    readers.pause(parts, token, date(2026, 4, 1), now=NOON)
    told = readers.pause(parts, token, date(2026, 4, 1), now=NOON)
    over = readers.pause(parts, token, None, now=NOON)

    assert (told.paused_until, over.paused_until) == (date(2026, 4, 1), None)
    assert events(parts, ADA)[1:] == [("pause", "page"), ("resume", "page")]


def test_mail_goes_to_a_new_address_once_it_is_confirmed_there(desk, parts):
    token = settings_token(parts, ADA)
    readers.move_address(parts, token, CY, now=NOON)
    (notice,) = taken(parts)
    before = mailed(parts)

    done = readers.confirm_address(parts, token_of(parts, notice), now=NOON)
    again = readers.confirm_address(parts, token_of(parts, notice), now=NOON)

    assert (notice.kind, notice.email, before) == (NoticeKind.ADDRESS, CY, [ADA, BO])
    assert (done.fresh, again.fresh) == (True, False)
    assert mailed(parts) == [BO, CY]
    assert on_file(desk) == [ADA, BO]
    pipeline.sync(parts, now=NOON)
    assert (desk / "subscribers/weekday.csv").read_text().splitlines()[1].startswith(f"{CY},Ada,a friend,*,")
    assert queued(parts) == [(NoticeKind.MOVED, ADA)]


def test_a_new_address_is_confirmed_only_from_its_own_mailbox(parts):
    token = settings_token(parts, ADA)
    readers.move_address(parts, token, CY, now=NOON)
    (first,) = taken(parts)
    readers.move_address(parts, token, "dan@mail.example", now=NOON)

    done = readers.confirm_address(parts, token_of(parts, first), now=NOON)

    assert done.fresh is False
    assert mailed(parts) == [ADA, BO]


def test_a_wish_for_sections_that_an_edition_lacks_is_never_one_for_all(parts):
    with pytest.raises(ListError, match="none of these sections: sport"):
        readers.sign_up(parts, form(CY, sections=("sport",)), now=NOON)

    assert queued(parts) == []
    signed_up(parts, CY, sections=("sport", "hills"))
    assert parts.store.subscribers.by_email(CY)[0].preferences.sections == ("hills",)


def test_a_reader_asks_at_few_new_addresses_a_day_and_only_the_last_of_them_is_written_to(parts):
    token, addresses = settings_token(parts, ADA), [f"n{n}@mail.example" for n in range(MOVES + 1)]

    asked = [readers.move_address(parts, token, address, now=NOON) is not None for address in addresses]
    again = readers.move_address(parts, token, addresses[MOVES - 1], now=NOON)
    waiting = queued(parts)
    tomorrow = readers.move_address(parts, token, addresses[MOVES], now=NOON + DAY)

    assert asked == [True] * MOVES + [False]
    assert waiting == [(NoticeKind.ADDRESS, addresses[MOVES - 1])]
    assert (again is not None, tomorrow is not None) == (True, True)
    with parts.store.database.read() as connection:
        kept = str(connection.exec_driver_sql("SELECT email FROM notice UNION SELECT email FROM request").all())
    assert addresses[0] not in kept


def test_moving_to_an_address_that_reads_already_makes_one_reader_of_two(desk, parts):
    readers.prefer(parts, settings_token(parts, ADA), Preferences(sections=("hills",)), now=NOON)
    readers.move_address(parts, settings_token(parts, ADA), BO, now=NOON)
    (notice,) = taken(parts)

    readers.confirm_address(parts, token_of(parts, notice), now=NOON)
    pipeline.sync(parts, now=NOON)

    assert mailed(parts) == on_file(desk) == [BO]
    assert parts.store.subscribers.by_email(BO)[0].preferences.sections == ("hills",)


def moved(parts, old=ADA, new=CY, now=NOON):
    readers.move_address(parts, settings_token(parts, old), new, now=now)
    (notice,) = [each for each in taken(parts, now) if each.kind is NoticeKind.ADDRESS and each.email == new]
    return readers.confirm_address(parts, token_of(parts, notice), now=now)


def test_no_older_file_import_or_operator_makes_a_reader_of_an_address_that_was_moved_away_from(desk, parts):
    older = (desk / "subscribers/weekday.csv").read_text()
    moved(parts)
    readers.leave(parts, settings_token(parts, CY), origin="page", now=NOON)
    pipeline.sync(parts, now=NOON)
    (desk / "old.csv").write_text(f"email\n{ADA}\n")

    brought = pipeline.bring(parts, desk / "old.csv", "weekday", now=NOON)
    with pytest.raises(ListError, match="moved to another address"):
        pipeline.enlist(parts, "weekday", {"email": ADA.upper()}, now=NOON)
    (desk / "subscribers/weekday.csv").write_text(older)
    report = pipeline.sync(parts, now=NOON).report

    assert brought.kept_out == report.kept_out["weekday"] == 1
    assert mailed(parts) == [BO]


def test_a_file_does_not_confirm_a_sign_up_at_an_address_that_was_moved_away_from_but_its_mailbox_does(desk, parts):
    (desk / "subscribers/lists.toml").write_text("[weekday]\npublic = true\ndouble_opt_in = false\n")
    moved(parts)
    readers.sign_up(parts, form(ADA), now=NOON + DAY)
    (notice,) = [each for each in taken(parts, NOON + DAY) if each.kind is NoticeKind.CONFIRM]
    with (desk / "subscribers/weekday.csv").open("a") as file:
        file.write(f"{ADA},Ada,\n")
    pipeline.sync(parts, now=NOON + DAY)
    before = mailed(parts)

    readers.confirm(parts, token_of(parts, notice), now=NOON + DAY)
    pipeline.sync(parts, now=NOON + DAY)

    assert before == [BO, CY]
    assert mailed(parts) == [ADA, BO, CY]


def test_who_moves_back_is_mailed_where_they_were(desk, parts):
    moved(parts)
    moved(parts, CY, ADA, NOON + DAY)
    pipeline.sync(parts, now=NOON + DAY)

    assert mailed(parts) == on_file(desk) == [ADA, BO]


@pytest.mark.parametrize("new", ["new@mail.example", BO])
def test_who_is_erased_after_a_move_is_mailed_at_none_of_their_addresses(desk, parts, new):
    older = (desk / "subscribers/weekday.csv").read_text()
    moved(parts)
    moved(parts, CY, new, NOON + DAY)

    pipeline.forget(parts, new, now=NOON + DAY)
    (desk / "subscribers/other.csv").write_text(older)
    (desk / "subscribers/weekday.csv").write_text(f"{older}{CY},Cy,\n")
    pipeline.sync(parts, now=NOON + DAY)

    mail = {recipient.email for recipient in parts.store.subscribers.audience(["weekday", "other"])}
    assert mail == {BO} - {new}


def test_who_moves_to_their_own_address_in_other_letters_stays_a_reader_of_the_file(desk, parts):
    moved(parts, ADA, "Ada@mail.example")
    pipeline.sync(parts, now=NOON)

    report = pipeline.sync(parts, now=NOON + DAY).report

    assert report.kept_out == {}
    assert mailed(parts) == ["Ada@mail.example", BO]


def test_an_older_list_that_comes_back_after_a_move_loses_nobody(desk, parts):
    older = (desk / "subscribers/weekday.csv").read_text()
    moved(parts)
    pipeline.sync(parts, now=NOON)

    (desk / "subscribers/weekday.csv").write_text(older)
    report = pipeline.sync(parts, now=NOON + DAY).report

    assert (report.removed, report.kept_out) == (0, {"weekday": 1})
    assert sorted(on_file(desk)) == mailed(parts) == [BO, CY]


def test_who_is_erased_stands_in_no_list_under_an_earlier_address_either(desk, parts):
    older = (desk / "subscribers/weekday.csv").read_text()
    moved(parts)
    (desk / "subscribers/weekday.csv").write_text(older)

    pipeline.forget(parts, CY, now=NOON + DAY)

    assert ADA not in (desk / "subscribers/weekday.csv").read_text()
    assert on_file(desk) == mailed(parts) == [BO]


def test_who_has_a_mailbox_now_and_chooses_an_edition_is_let_in_where_its_reader_before_moved_away(desk):
    settings = desk / "digest.toml"
    sunday = '\n[edition.sunday]\nlists = ["sunday"]\ndraft = "Sun 05:00"\nsend = "Sun 07:00"\n'
    settings.write_text(settings.read_text() + sunday)
    (desk / "subscribers/lists.toml").write_text("[weekday]\npublic = true\n[sunday]\npublic = true\n")
    (desk / "subscribers/weekday.csv").write_text(f"email\n{BO}\n")
    (desk / "subscribers/sunday.csv").write_text(f"email\n{ADA}\n")
    with open_parts(load(settings, {})) as parts:
        pipeline.sync(parts, now=NOON)
        (one,) = parts.store.subscribers.by_email(ADA)
        readers.move_address(parts, parts.tokens.make(Purpose.PREFERENCES, one.subscriber.id, "sunday"), CY, now=NOON)
        (notice,) = taken(parts)
        readers.confirm_address(parts, token_of(parts, notice), now=NOON)
        readers.sign_up(parts, form(ADA), now=NOON + DAY)
        (notice,) = [each for each in taken(parts, NOON + DAY) if each.kind is NoticeKind.CONFIRM]
        readers.confirm(parts, token_of(parts, notice), now=NOON + DAY)

        change_edition(parts, settings_token(parts, ADA), "sunday", Preferences(), now=NOON + DAY)

        pipeline.sync(parts, now=NOON + DAY)
        assert pipeline.sync(parts, now=NOON + DAY).report.kept_out == {}


def test_a_suppressed_address_gets_no_mail_and_no_reader(parts):
    pipeline.forget(parts, CY, now=NOON)

    readers.sign_up(parts, form(CY), now=NOON)
    readers.move_address(parts, settings_token(parts, ADA), CY, now=NOON)
    readers.mail_link(parts, CY, "weekday", now=NOON)

    assert queued(parts) == []
    assert mailed(parts) == [ADA, BO]


def test_all_that_is_kept_of_a_reader_can_be_taken_out_as_json(parts):
    token = settings_token(parts, ADA)
    readers.pause(parts, token, date(2026, 4, 1), now=NOON)

    kept = json.loads(json.dumps(readers.take_out(parts, token)))

    assert kept["reader"][0]["email"] == ADA
    assert kept["subscriptions"][0]["paused_until"] == "2026-04-01"
    assert [each["event"] for each in kept["events"]] == ["file", "pause"]


def test_who_has_themselves_forgotten_is_nowhere_and_never_mailed_again(desk, parts):
    token = settings_token(parts, ADA)
    readers.move_address(parts, token, CY, now=NOON)

    assert readers.forget(parts, token, now=NOON) is True
    assert readers.forget(parts, token, now=NOON) is False
    (desk / "subscribers/weekday.csv").write_text(f"email\n{ADA}\n{BO}\n")
    pipeline.sync(parts, now=NOON)

    assert mailed(parts) == [BO]
    assert queued(parts) == []
    assert readers.wishes(parts, token, now=NOON) is None
    with parts.store.database.read() as connection:
        rows = [connection.exec_driver_sql(f"SELECT * FROM {t}").all() for t in ("request", "notice", "subscriber")]
    kept = str(rows)
    assert ADA not in kept
    assert CY not in kept


def test_the_way_to_the_settings_is_mailed_to_readers_alone(parts):
    for address in (ADA, "Ada@MAIL.example", CY):
        assert readers.mail_link(parts, address, "weekday", now=NOON) is None

    assert queued(parts) == [(NoticeKind.LINK, ADA)]


def test_a_list_that_needs_no_confirming_takes_strangers_at_once_and_those_who_left_never(desk, parts):
    (desk / "subscribers/lists.toml").write_text("[weekday]\npublic = true\ndouble_opt_in = false\n")
    readers.leave(parts, settings_token(parts, ADA, Purpose.UNSUBSCRIBE), origin="one-click", now=NOON)

    readers.sign_up(parts, form(CY), now=NOON)
    readers.sign_up(parts, form(ADA), now=NOON)

    assert mailed(parts) == [BO, CY]
    assert queued(parts) == [(NoticeKind.WELCOME, CY), (NoticeKind.CONFIRM, ADA)]


def test_an_edition_without_a_public_list_cannot_be_joined(desk, parts):
    (desk / "subscribers/lists.toml").write_text("[weekday]\npublic = false\n")

    with pytest.raises(UnknownError, match="no list that readers may join"):
        readers.sign_up(parts, form(CY), now=NOON)


def test_a_typo_of_a_big_domain_is_pointed_out_and_taken(parts):
    said = readers.sign_up(parts, form("cy@gmial.com"), now=NOON)

    assert said.meant == "cy@gmail.com"
    assert queued(parts) == [(NoticeKind.CONFIRM, "cy@gmial.com")]
