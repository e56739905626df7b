"""What a visitor is told when something that a page needs is not there: to come back; the log has the rest."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

log = logging.getLogger(__name__)

AGAIN = 60
"""Seconds after which it is worth another try; mail programs repeat a one-click that was not taken."""
SAID = "This cannot be done just now. Please try again in a few minutes.\n"


async def away(request: Request, error: Exception) -> Response:
    """Answer with 503 and tell operators what failed; not for whom, since an address here is a reader's secret."""
    log.error("a page cannot be made", extra={"page": request.scope["path"].split("/")[1], "reason": str(error)})
    return PlainTextResponse(SAID, status_code=503, headers={"Retry-After": str(AGAIN), "Cache-Control": "no-store"})
