"""Everything that is wrong with a site's files, and with the exports that it names."""

from __future__ import annotations

from dataclasses import dataclass

from segcheck.app import binding
from segcheck.loaders import site as site_loader
from segcheck.loaders.problems import SiteFile
from segcheck.model.diagnostic import Severity
from segcheck.model.result import Binding
from segcheck.model.site import Site


@dataclass(frozen=True, slots=True)
class Validated:
    """A site with its devices bound, or None and what is wrong with its files."""

    site: Site | None
    files: tuple[SiteFile, ...]
    bindings: tuple[Binding, ...]

    def has(self, severity: Severity) -> bool:
        """Return whether anything of that weight was found."""
        found = {problem.severity for one in self.files for problem in one.problems}
        return severity in found | {one.severity for bound in self.bindings for one in bound.diagnostics}


def validate(folder: str) -> Validated:
    """Return a site with all problems of its files; exports are read once the files are free of errors.

    Raises:
        UnreadableFile: no such folder, no topology.yaml in it, or a file that cannot be read at all.
    """
    loaded = site_loader.load(folder)
    bindings = binding.bind(loaded.site, folder) if loaded.site is not None else ()
    return Validated(loaded.site, loaded.files, bindings)
