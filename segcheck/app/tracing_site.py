"""One packet through a site: who sends it from where, every way it may go, and whether the register knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from segcheck.analysis import network as graphs
from segcheck.analysis.journeys import travel
from segcheck.analysis.lookups import confirm
from segcheck.analysis.network import PUBLIC, UNKNOWN, Network
from segcheck.analysis.permitting import Register
from segcheck.app import binding
from segcheck.app.trace_register import Asking
from segcheck.errors import BadArguments, BadInput
from segcheck.loaders import packet_table
from segcheck.loaders import site as site_loader
from segcheck.loaders.problems import did_you_mean
from segcheck.model.crossing import Place
from segcheck.model.diagnostic import Severity
from segcheck.model.inquiry import Inquiry, SiteAnswer
from segcheck.model.match import State
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Journeys whose devices are told how to be asked.
CONFIRMED = 8
#: Stands for the zone `public` where a site does not use these addresses itself (RFC 5737, RFC 3849).
_EXAMPLES = addresses.parse("203.0.113.0/24") | addresses.parse("2001:db8::/32")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, as written: ends by address or name, header fields by column name of packet tables.

    inside   the place to send from, where the source address does not say, or is forged
    via      whom to hand it to: devices, or `device:interface`
    """

    source: str
    destination: str
    fields: Mapping[str, str]
    inside: str = ""
    via: tuple[str, ...] = ()
    minute: int | None = None
    state: State = State.NONE


def trace(folder: str, question: Question, *, day: date) -> SiteAnswer:
    """Return every way that a packet may go through a site.

    day   decides which assumptions and register entries count

    Raises:
        BadInput: the site's files cannot be used.
        BadArguments: a name that the site does not have, or a packet that cannot be.
    """
    loaded = site_loader.load(folder)
    site = loaded.site
    if site is None:
        count = sum(p.severity is Severity.ERROR for one in loaded.files for p in one.problems)
        raise BadInput(
            f"{folder}: the site's files have errors: {count}; nothing was judged. `segcheck validate {folder}` shows them",
            f"{folder}: サイトのファイルに誤りが {count} 件あります。判定は行っていません。"
            f"segcheck validate {folder} で確かめてください",
        )
    network = graphs.build(site, binding.bind(site, folder), day)
    return ask(network, question)


def ask(network: Network, question: Question) -> SiteAnswer:
    """Return the answer to a question to a network that is already built; raises as `trace`."""
    _known_devices(network, question.via)
    asking = Asking(Register(network.site), network.day)
    inquiries = []
    for sender in _senders(network, question):
        _stands_there(network, question.via, sender.place)
        receiver = _receiver(network, question.destination, sender)
        texts = {"src": addresses.text(sender.address), "dst": addresses.text(receiver.address), **question.fields}
        known = packet_table.parse_options(texts)
        found = travel(
            network,
            sender.place.id,
            known,
            minute=question.minute,
            reply=True,
            via=question.via or None,
            state=question.state,
        )
        open_ = found.verdict is Verdict.UNDECIDED
        told = [journey for journey in found.journeys if open_ or journey.verdict is found.verdict]
        standing = tuple(name for name, end in (("src", sender), ("dst", receiver)) if end.stands)
        inquiries.append(
            Inquiry(
                place=sender.place,
                known=known,
                standing=standing,
                minute=question.minute,
                trace=found,
                register=tuple((one.id, one.span) for one in asking.permitting(known, found.journeys)),
                refusing=tuple(asking.refusing(known, found.journeys, sender.place.id)),
                banned=asking.banned(found.journeys, sender.place.id),
                confirm=confirm(network, told[:CONFIRMED]),
            )
        )
    return SiteAnswer(
        site=network.site, source=question.source, destination=question.destination, inquiries=tuple(inquiries)
    )


# ---- ends


@dataclass(frozen=True, slots=True)
class _End:
    """An address, and the place of it; `stands`: it was chosen from many."""

    address: int
    place: Place
    stands: bool = False


def _senders(network: Network, question: Question) -> list[_End]:
    site, name = network.site, question.source
    if question.inside and question.inside not in network.places:
        raise _no_such("--in", question.inside, [*network.places])
    inside = network.places.get(question.inside)
    address = _address(name)
    if address is not None:
        if inside is not None:
            return [_End(address, inside)]
        places = [place for place in network.places.values() if address in network.addresses[place.id]]
        if not places:
            raise BadArguments(
                f"--from {name}: no host has such an address; nothing was judged. Name the place to send it from with --in",
                f"--from {name}: ホストのアドレスではありません。判定は行っていません。--in で送信場所を指定してください",
            )
        return [_End(address, place) for place in places]
    wanted = _families(network, question.destination)
    if name in site.hosts:
        host = site.hosts[name]
        place = inside or network.places[host.segment or PUBLIC.id]
        return [_End(_fitting(host.addresses, wanted, "--from", name), place)]
    zone = name.removeprefix("zone:")
    if name in network.places and name == name.removeprefix("zone:"):
        chosen = [network.places[name]]
    elif zone in site.zones or zone in (PUBLIC.id, UNKNOWN.id):
        chosen = [place for place in network.places.values() if place.zone == zone]
    else:
        known = [*network.places, *site.zones, *site.hosts]
        raise _no_such("--from", name, known)
    found = [_stand_in(network, place, wanted, inside) for place in chosen]
    senders = [end for end in found if end is not None]
    if not senders:
        raise _no_address("--from", name)
    return senders


def _receiver(network: Network, name: str, sender: _End) -> _End:
    site = network.site
    family = frozenset((addresses.family(sender.address),))
    address = _address(name)
    if address is not None:
        return _End(address, UNKNOWN)
    if name in site.hosts:
        return _End(_fitting(site.hosts[name].addresses, family, "--to", name), UNKNOWN)
    if name in network.stations:
        ports = network.stations[name].ports
        near = [a.address for port in ports if sender.place.id in port.places for a in port.addresses]
        own = near or [a.address for port in ports for a in port.addresses]
        return _End(_fitting(own, family, "--to", name), UNKNOWN, stands=len(own) > 1)
    if name in network.places:
        end = _stand_in(network, network.places[name], family, None)
        if end is None:
            raise _no_address("--to", name)
        return end
    raise _no_such("--to", name, [*site.hosts, *network.stations, *network.places])


def _families(network: Network, name: str) -> frozenset[int]:
    """Return the IP versions that the far end has."""
    address = _address(name)
    if address is not None:
        found = [address]
    elif name in network.site.hosts:
        found = [*network.site.hosts[name].addresses]
    elif name in network.stations:
        found = [a.address for port in network.stations[name].ports for a in port.addresses]
    else:
        found = []
    return frozenset(addresses.family(one) for one in found) or frozenset((4, 6))


def _address(text: str) -> int | None:
    try:
        return addresses.parse_one(text)
    except ValueError:
        return None


def _fitting(own: Sequence[int], families: frozenset[int], option: str, name: str) -> int:
    found = next((one for one in own if addresses.family(one) in families), None)
    if found is None:
        raise _no_address(option, name)
    return found


def _stand_in(network: Network, place: Place, families: frozenset[int], inside: Place | None) -> _End | None:
    """Return an address that stands for a place: of a declared host, else the first that no device has."""
    free = network.addresses[place.id] - network.own(place.id)
    own = [a for host in network.site.hosts.values() if (host.segment or PUBLIC.id) == place.id for a in host.addresses]
    segment = network.site.segments.get(place.id)
    ends = [end for prefix in (segment.prefixes if segment else ()) for pair in prefix.ranges for end in pair]
    # the first and the last address of a prefix are no host's
    for candidates in (IntervalSet.of(*own) & free, _EXAMPLES & free, free - IntervalSet.of(*ends), free):
        for family, values in ((4, candidates & addresses.V4), (6, candidates & addresses.V6)):
            if family in families and values:
                example = segment is None and not own and values.count > 1
                return _End(values.min + 1 if example else values.min, inside or place, stands=True)
    return None


def _known_devices(network: Network, names: Sequence[str]) -> None:
    known = [*network.stations, *(f"{p.device}:{p.interface}" for s in network.stations.values() for p in s.ports)]
    for name in names:
        if name not in known:
            raise _no_such("--via", name, known)


def _stands_there(network: Network, via: Sequence[str], place: Place) -> None:
    """Refuse a way in that no host of the place has: its answer would be about nothing."""
    here = {text for port in network.ports[place.id] for text in (port.device, f"{port.device}:{port.interface}")}
    wrong = next((name for name in via if name not in here), None)
    if wrong is not None:
        known = ", ".join(sorted(here)) or "-"
        raise BadArguments(
            f"--via {wrong}: does not stand in {place.id}; nothing was judged. What stands there: {known}",
            f"--via {wrong}: {place.id} につながっていません。判定は行っていません。つながっているもの: {known}",
        )


def _no_such(option: str, name: str, known: Sequence[str]) -> BadArguments:
    hint_en, hint_ja = did_you_mean(name, sorted(set(known)))
    return BadArguments(
        f"{option} {name}: the site has no such name; nothing was judged.\n  = {hint_en}",
        f"{option} {name}: サイトにこの名前はありません。判定は行っていません。\n  = {hint_ja}",
    )


def _no_address(option: str, name: str) -> BadArguments:
    return BadArguments(
        f"{option} {name}: no address of the IP version that the other end has; nothing was judged. Give an address",
        f"{option} {name}: 相手と同じ IP バージョンのアドレスがありません。判定は行っていません。アドレスを指定してください",
    )
