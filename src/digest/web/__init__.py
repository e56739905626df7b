"""The pages: the editor's desk and the readers' own, in one application."""

from digest.web.answering import Answering
from digest.web.app import create_app
from digest.web.serve import serve
from digest.web.throttle import Throttle

__all__ = ["Answering", "Throttle", "create_app", "serve"]
