"""Citrix screens: ICA, or ICA within CGP.

The vendor publishes no grammar. ICA's opening is as captures show it (both ends send the same six bytes); of CGP only the
initiator's opening is known, so that such a conversation is consistent with Citrix and never more.
"""

from __future__ import annotations

from segcheck.captures.recognisers._base import Head, Protocol, Undecided

PROTOCOL = Protocol(
    name="ica",
    en="Citrix screen transfer (ICA)",
    ja="Citrix の画面転送 (ICA)",
    source="observed: captures of Citrix sessions; ports and names: Citrix, Communication Ports Used by Citrix Technologies",
)

_ICA, _CGP = b"\x7f\x7fICA\x00", b"\x1aCGP/01"


def opens(head: Head) -> bool:
    """Return whether it is the opening of ICA or of CGP."""
    return head.word(_ICA, _CGP) is not None


def answers(head: Head, opening: bytes) -> bool:
    """Return whether it is the opening of ICA; what answers CGP is not known."""
    asked = opening[: len(_CGP)]
    if _CGP.startswith(asked) and head.data[:1] != _ICA[:1]:
        raise Undecided
    return not asked.startswith(_CGP) and head.word(_ICA) is not None
