"""The pages: the editor's desk and the readers' own, in one application."""

from digest.web.answering import Answering
from digest.web.app import create_app
from digest.web.serve import serve

__all__ = ["Answering", "create_app", "serve"]
