"""`site.yaml` to nouns: how segcheck itself runs at the site."""

from __future__ import annotations

from dataclasses import replace

from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.settings import RunEntry
from segcheck.model import site


def settings(page: Page | None) -> site.Settings:
    """Return the settings of a site, those that nobody wrote at their defaults."""
    if page is None:
        return site.Settings()
    one = page.entry
    return site.Settings(
        language=one.language or "",
        runs_on=one.runs_on or "",
        schedule=tuple(one.schedule),
        notifications=tuple(
            site.Notification(
                id=told.id,
                kind=told.kind,
                host=told.host,
                target=told.target,
                on=tuple(told.on),
                span=page.span(path),
            )
            for path, told in page.items("notifications")
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
