"""What can go wrong for a user of segcheck, as one small tree.

    CannotRun               nothing was judged; the command ends with exit code 2
    |-- Locked              another run holds the lock; exit code 5
    |-- BadArguments        the call itself is off (an unknown list name, two formats asked for at once)
    |-- BadInput            a file that was named cannot be used, and the place in it where that shows
    |   |-- UnreadableFile      missing, a folder, no permission, binary, too large
    |   `-- UnknownFormat       readable text that no importer recognises, or several claim

Everything else that is raised is a defect of segcheck and ends with exit code 4. What an importer could not understand
inside a file that it does recognise is no exception at all: it is a `Diagnostic`, and it taints the verdict.
"""

from __future__ import annotations


class CannotRun(Exception):
    """Nothing was judged; `str()` says where, what, the consequence and the remedy."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.en = en
        self.ja = ja

    def text(self, language: str) -> str:
        """Return the message in `language` ("ja" or "en")."""
        return self.ja if language == "ja" else self.en


class Locked(CannotRun):
    """Another run holds the lock of the site."""


class BadArguments(CannotRun):
    """The arguments of the call do not fit together or name something that is not there."""


class BadInput(CannotRun):
    """A named file cannot be used as it is."""


class UnreadableFile(BadInput):
    """The file is missing, a folder, forbidden, binary or larger than the stated bound."""


class UnknownFormat(BadInput):
    """No importer recognises the text, or several claim it equally."""
