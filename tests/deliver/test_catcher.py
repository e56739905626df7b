"""The catcher: mails are kept, and go nowhere."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from digest.deliver.catcher import Catcher, caught
from digest.deliver.smtp import Security, SmtpTransport
from digest.model.delivery import Claim
from digest.model.delivery import DeliveryState as S
from tests.fakes import NOON, reader

from .batch import send, send_all

MAIL = (
    b"Subject: =?utf-8?q?No=2E_7=3A_the_bridge?=\r\nTo: Ada <ada@aldovar.example>\r\n\r\n"
    b"..two dots\r\n.\r\ntrailing blanks  \r\n\r\n\r\n"
)


def catch(maildir, *mails, senders="bounce@brief.example", **options):
    """Send mails to a catcher; return the outcomes."""

    async def go():
        async with Catcher(maildir, **options) as catcher:
            transport = SmtpTransport(catcher.host, catcher.port, lambda claim: senders, security=Security.NONE)
            session = await transport.open()
            claims = [Claim(1, n, 1, "en:military", NOON, reader(n)) for n in range(1, len(mails) + 1)]
            pairs = zip(claims, mails, strict=True)
            batch = await send_all(session, list(pairs))
            await session.close()
            return list(batch.outcomes.values())

    return asyncio.run(go())


def test_a_mail_is_kept_byte_for_byte(tmp_path):
    (outcome,) = catch(tmp_path / "mail", MAIL)

    (mail,) = caught(tmp_path / "mail")
    assert outcome.state is S.ACCEPTED
    assert mail.path.read_bytes() == MAIL
    assert mail.path.name in outcome.text


def test_a_caught_mail_tells_what_it_is_and_whose(tmp_path):
    before = datetime.now(UTC)
    catch(tmp_path, MAIL)

    (mail,) = caught(tmp_path)

    assert (mail.subject, mail.to) == ("No. 7: the bridge", "Ada <ada@aldovar.example>")
    assert (mail.sender, mail.recipients) == ("bounce@brief.example", ("reader1@aldovar.example",))
    assert before <= mail.at <= datetime.now(UTC)


def test_mails_are_listed_in_the_order_they_came_over_several_runs(tmp_path):
    for issue in range(3):
        catch(tmp_path, *[b"Subject: %d.%02d\r\n\r\n" % (issue, n) for n in range(12)])

    subjects = [mail.subject for mail in caught(tmp_path)]

    assert subjects == [f"{issue}.{n:02}" for issue in range(3) for n in range(12)]
    assert len({mail.path.name for mail in caught(tmp_path)}) == 36


def test_nobody_else_reads_what_was_caught(tmp_path):
    catch(tmp_path / "mail", MAIL)

    files = [path for path in (tmp_path / "mail").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700


def test_only_the_newest_are_kept_and_their_envelopes_with_them(tmp_path):
    catch(tmp_path, *[b"Subject: %d\r\n\r\n" % n for n in range(9)], keep=4)
    catch(tmp_path, keep=4)

    mails = list(caught(tmp_path))

    assert [mail.subject for mail in mails] == ["5", "6", "7", "8"]
    assert len((tmp_path / "envelopes.jsonl").read_text().splitlines()) == 4


def test_mails_that_make_room_are_counted_and_told_once(tmp_path, caplog):
    caplog.set_level("WARNING", "digest.deliver.catcher")  # whatever a command that ran here before has set

    async def go():
        async with Catcher(tmp_path, keep=2) as catcher:
            transport = SmtpTransport(catcher.host, catcher.port, lambda claim: "", security=Security.NONE)
            session = await transport.open()
            dropped = []
            mails = [(Claim(1, n, 1, "v", NOON, reader(n)), MAIL) for n in range(1, 6)]
            await send_all(session, mails, begin=lambda claim: not dropped.append(catcher.dropped))
            await session.close()
            return [*dropped, catcher.dropped]

    dropped = asyncio.run(go())

    assert dropped == [0, 0, 0, 1, 2, 3]
    (told,) = [record for record in caplog.records if record.name == "digest.deliver.catcher"]
    assert (told.levelname, told.kept) == ("WARNING", 2)
    assert len(list(caught(tmp_path))) == 2


def test_a_mail_too_large_is_refused(tmp_path):
    (outcome,) = catch(tmp_path, MAIL * 100, size_limit=1000)

    assert outcome.state is S.REFUSED
    assert list(caught(tmp_path)) == []


def test_a_catcher_that_cannot_write_says_not_now(tmp_path):
    async def go():
        async with Catcher(tmp_path) as catcher:
            (tmp_path / "new").rmdir()
            (tmp_path / "new").write_text("in the way")
            transport = SmtpTransport(catcher.host, catcher.port, lambda claim: "", security=Security.NONE)
            session = await transport.open()
            outcome = await send(session, Claim(1, 1, 1, "v", NOON, reader(1)), MAIL)
            await session.close()
            return outcome

    assert asyncio.run(go()).state is S.DEFERRED


def test_a_folder_with_other_files_and_torn_lines_is_read_all_the_same(tmp_path):
    catch(tmp_path, MAIL)
    (tmp_path / "new" / "notes.txt").write_text("x")
    with (tmp_path / "envelopes.jsonl").open("a") as file:
        file.write('[]\n{"file": 1}\n{"file": "x.eml", "sen')

    assert [mail.sender for mail in caught(tmp_path)] == ["bounce@brief.example"]


def test_where_nothing_was_caught_there_is_nothing(tmp_path):
    assert list(caught(tmp_path / "none")) == []
