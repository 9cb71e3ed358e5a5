"""What a FortiOS version does when a setting is not written: the few defaults that changed and can change a verdict.

Every other default is the same in all versions read here (CLI Reference 6.0 to 7.6, column "Default") and stands where it
is used. None means that no source settles it for that version, or that the version is not known.
"""

from __future__ import annotations

import re

Version = tuple[int, int, int]

_VERSION = re.compile(r"^[A-Za-z0-9_]+-(\d+)\.(\d+)\.(\d+)\b")


def parse_version(header: str) -> Version | None:
    """Return the version of a `#config-version=` header such as `FGVMK6-6.4.4-FW-build1803-201209:opmode=1`."""
    found = _VERSION.match(header)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def unified_policy(version: Version | None) -> bool | None:
    """Return whether `firewall policy` holds IPv6 too: since 6.4.0 (Technical Tip 191945, consolidated policies)."""
    return None if version is None else version >= (6, 4, 0)


def match_vip(version: Version | None, deny: bool) -> bool | None:
    """Return the default of `match-vip`.

    Accepting policies: off; not even offered since 6.4.3 (Release Notes 6.4.3, "Enabling match-vip in firewall
    policies"). Denying policies: on since 7.2.3 by Technical Tip 192456, since 7.2.4 by Fortinet's training text: for
    7.2.3 itself that is open.
    """
    if not deny:
        return False
    if version is None or version == (7, 2, 3):
        return None
    return version > (7, 2, 3)


def traffic_redirect(version: Version | None) -> bool | None:
    """Return the default of `allow-traffic-redirect`: on before 7.4.10 and 7.6.5, off from there (Technical Tip 196651)."""
    if version is None:
        return None
    if version >= (7, 6, 0):
        return version < (7, 6, 5)
    return version < (7, 4, 10)


def redirect_needs_own_net(version: Version | None) -> bool | None:
    """Return whether only sources of the interface's own network are redirected without a policy (Technical Tip 196651).

    Since 7.0.16, 7.2.11 and 7.4.4 other sources are, too.
    """
    if version is None:
        return None
    if version >= (7, 6, 0):
        return None
    if version >= (7, 4, 0):
        return version < (7, 4, 4)
    if version >= (7, 2, 0):
        return version < (7, 2, 11)
    if version >= (7, 0, 0):
        return version < (7, 0, 16)
    return True


def intrazone_single(version: Version | None) -> bool | None:
    """Return whether `intrazone allow` also opens a zone of one member to itself: since 7.4.4 (Technical Tip 279733)."""
    return None if version is None else version >= (7, 4, 4)


def addresses_of_nat_are_local(version: Version | None) -> bool | None:
    """Return whether addresses of VIPs and pools with `arp-reply` are the device's own and not forwarded to.

    So up to 6.4.8, in 7.0.0, and since 7.0.13, 7.2.6 and 7.4.1, in use or not; not so in between (Technical Tip 277823).
    """
    if version is None:
        return None
    if version < (7, 0, 0):
        return version <= (6, 4, 8) or version >= (6, 4, 16)
    if version < (7, 2, 0):
        return version == (7, 0, 0) or version >= (7, 0, 13)
    return version >= (7, 4, 1) or (7, 2, 6) <= version < (7, 4, 0)


def vips_in_file_order(version: Version | None) -> bool:
    """Return whether overlapping VIPs are surely tried in the order of the file: since 7.2 (Technical Tip 350101)."""
    return version is not None and version >= (7, 2, 0)
