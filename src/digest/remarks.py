"""What operators are to be told of settings that are right, beside what the settings themselves know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from digest.errors import ListError, LookError, SettingsError
from digest.render import open_look
from digest.render.labels import has_labels
from digest.settings import Settings, is_loopback
from digest.signing import RSA, read_signer
from digest.subscribers import read_lists


def remarks(settings: Settings) -> tuple[str, ...]:
    """Return a line for each thing that has no effect, is missed, or will keep messages from going out or arriving."""
    return (*settings.remarks, *_proxy(settings), *_signing(settings), *_languages(settings))


def _proxy(settings: Settings) -> Iterator[str]:
    """Yield what makes all readers one: https and a place that only this machine reaches mean a web server between."""
    web = settings.web
    if settings.public_url.startswith("https://") and is_loopback(web.host) and not web.proxy.trusted:
        yield (
            f"{settings.path.name}: [web.proxy] trusts nobody, so that behind your web server all readers seem to be "
            f'one, who signs up too often; if it runs on this machine: trusted = ["127.0.0.1/32", "::1/128"]'
        )


def _signing(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with the signatures."""
    if not settings.dkim.domain:
        return
    place = f"{settings.path.name}: [dkim]"
    ours, sender = settings.dkim.domain, settings.sender.from_[1].rpartition("@")[2]
    if not (sender == ours or sender.endswith(f".{ours}") or ours.endswith(f".{sender}")):
        yield f"{place} signs for {ours}, but mail comes from {sender}; receivers want one domain for both (RFC 7489)"
    try:
        signer = read_signer(settings.data / "keys", settings.dkim)
    except SettingsError as e:
        yield f"no message can be sent: {e}"
        return
    if not any(key.kind == RSA for key in signer.keys):
        yield f"{place} has no RSA key, and many receivers know no other; run: digest dkim keygen SELECTOR --kind rsa"


def _languages(settings: Settings) -> Iterator[str]:
    """Yield the languages of editions and subscribers that the mail cannot speak."""
    try:
        ids = [section.id for section in settings.sections]
        rows = read_lists(settings.subscribers, section_ids=ids, timezone=settings.timezone).rows
        labels = {
            edition.id: open_look(settings.templates, edition.look).labels for edition in settings.editions.values()
        }
    except (ListError, LookError):
        return  # told, with their place, by whatever reads them for a purpose
    folder = settings.templates / "labels"
    for edition in settings.editions.values():
        known = labels[edition.id]
        if not has_labels(known, edition.language):
            yield (
                f"{settings.path.name}: [edition.{edition.id}] language {edition.language!r} has no labels; "
                f"add {edition.language}.toml to {folder}"
            )
        wanted = Counter(row.preferences.language for name in edition.lists for row in rows.get(name, ()))
        for language, count in sorted(wanted.items()):
            if language and not has_labels(known, language):
                yield (
                    f"{', '.join(f'{name}.csv' for name in edition.lists)}: language {language!r}, which {count:,} "
                    f"chose, has no labels; they get {edition.id} in the edition's. Add {language}.toml to {folder}"
                )
