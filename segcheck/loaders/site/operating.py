"""`site.yaml` to nouns: how segcheck itself runs at the site."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.settings import Event, RunEntry
from segcheck.model import site
from segcheck.model.channel import Channel

#: What of a channel is taken as it is written.
_CHANNEL = (
    *("id", "kind", "active", "host", "server", "port", "transport", "facility", "security", "user"),
    *("timeout", "min", "detail"),
)


def settings(page: Page | None) -> site.Settings:
    """Return the settings of a site, those that nobody wrote at their defaults."""
    if page is None:
        return site.Settings()
    one = page.entry
    return site.Settings(
        language=one.language or "",
        runs_on=one.runs_on or "",
        schedule=tuple(one.schedule),
        notify=tuple(
            Channel(
                **{name: getattr(told, name) for name in _CHANNEL},
                sender=told.from_,
                ca_file=told.ca_file or "",
                secret=told.secret or "",
                to=tuple(told.to),
                command=tuple(told.command),
                on=frozenset(told.on or get_args(Event)),
                span=page.span(path),
            )
            for path, told in page.items("notify")
        ),
        history=one.history or "",
        run=_run(one.run),
        keep_captures_days=one.keep_captures_days,
    )


def _run(one: RunEntry | None) -> site.RunSettings:
    if one is None:
        return site.RunSettings()
    found = site.RunSettings(formats=tuple(one.formats), fail_on=one.fail_on, accept_assumptions=one.accept_assumptions)
    return replace(found, keep=(one.keep.runs, one.keep.days)) if one.keep is not None else found
