"""An invented news wire on loopback, a folder to work in, and a page that shows the caught mails."""

from digest.demo.mailbox_page import mailbox
from digest.demo.wire import Wire
from digest.demo.workplace import prepare

__all__ = ["Wire", "mailbox", "prepare"]
