"""What a supervisor asks: whether the process lives, and whether mail would go out."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import StoreError
from digest.parts import Parts
from digest.pipeline import unready


def routes(parts: Parts) -> list[Route]:
    """Return the routes; neither needs a password, and neither tells more than a word."""

    async def healthz(_request: Request) -> Response:
        """Answer: the event loop turns."""
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        """Answer 200 while the database answers and a daemon is at work, else 503."""
        try:
            why = await run_in_threadpool(unready, parts)
        except StoreError:
            why = "the database does not answer"
        return PlainTextResponse(f"{why or 'ok'}\n", status_code=503 if why else 200)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
