"""The closed lists of words that describe a site: tiers, kinds, roles, methods."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Tier(Enum):
    """What a zone is in the three-tier model; a closed list."""

    MYNUMBER = "mynumber"
    LGWAN = "lgwan"
    INTERNET = "internet"
    SANITISE = "sanitise"
    DMZ = "dmz"
    MANAGEMENT = "management"
    MAINTENANCE = "maintenance"
    LGWAN_WAN = "lgwan_wan"
    GOV_CLOUD = "gov_cloud"
    JUKI = "juki"
    SECURITY_CLOUD = "security_cloud"
    SCHOOL = "school"
    PUBLIC = "public"
    UNKNOWN = "unknown"

    @property
    def short(self) -> str:
        """The code that matrices use."""
        return _SHORT[self]


_SHORT = {
    Tier.MYNUMBER: "MN",
    Tier.LGWAN: "LG",
    Tier.INTERNET: "IN",
    Tier.SANITISE: "SAN",
    Tier.DMZ: "DMZ",
    Tier.MANAGEMENT: "MGT",
    Tier.MAINTENANCE: "MNT",
    Tier.LGWAN_WAN: "LGWAN",
    Tier.GOV_CLOUD: "GC",
    Tier.JUKI: "JK",
    Tier.SECURITY_CLOUD: "SC",
    Tier.SCHOOL: "SCH",
    Tier.PUBLIC: "NET",
    Tier.UNKNOWN: "unknown",
}
#: Zones that every site has: public addresses that nobody declares, and the rest of unicast.
BUILT_IN_ZONES: Mapping[str, Tier] = {"public": Tier.PUBLIC, "unknown": Tier.UNKNOWN}


class Responsibility(Enum):
    """Who answers for a zone or a device; beyond the city's own, judgement ends."""

    CITY = "city"
    PREFECTURE = "prefecture"
    JLIS = "jlis"
    DIGITAL_AGENCY = "digital_agency"
    VENDOR = "vendor"


class SegmentKind(Enum):
    """What a segment is: only prefixes of `external` ones may lie inside each other (the longest wins)."""

    LAN = "lan"
    TRANSIT = "transit"
    EXTERNAL = "external"


class HostRole(Enum):
    """What a host is for; a closed list, so that a slip of the pen cannot hide a host from a check."""

    TERMINAL = "terminal"
    SERVER = "server"
    MAIL_SERVER = "mail_server"
    FILE_SERVER = "file_server"
    WEB_SERVER = "web_server"
    DNS_SERVER = "dns_server"
    TIME_SERVER = "time_server"
    DHCP_SERVER = "dhcp_server"
    DIRECTORY_SERVER = "directory_server"
    UPDATE_RELAY = "update_relay"
    LOG_SERVER = "log_server"
    BACKUP_SERVER = "backup_server"
    PROXY = "proxy"
    SCREEN_SERVER = "screen_server"
    SANITISER = "sanitiser"
    JUMP_HOST = "jump_host"
    PRINTER = "printer"
    WIRELESS = "wireless"
    JUKI_CS = "juki_cs"
    CLOUD_SERVICE = "cloud_service"
    EXTERNAL_PEER = "external_peer"


class PeerClass(Enum):
    """How far a peer of the My Number zone can be trusted (guideline 3(1)①)."""

    INTERNAL = "internal"
    JUKI = "juki"
    GOV_CLOUD = "gov_cloud"
    LGWAN_TRUSTED_PUBLIC = "lgwan_trusted_public"
    LGWAN_ASP_CLOSED = "lgwan_asp_closed"
    INTERNET = "internet"


class DeviceKind(Enum):
    """What a device mainly is; `host` is the filter of a host itself."""

    FIREWALL = "firewall"
    ROUTER = "router"
    L3_SWITCH = "l3_switch"
    SWITCH = "switch"
    LOAD_BALANCER = "load_balancer"
    VPN = "vpn"
    WIRELESS = "wireless"
    HOST = "host"


class ExportRole(Enum):
    """What a file of a device holds: its rules, or something beside them."""

    CONFIG = "config"
    ROUTES = "routes"
    ADDRESSES = "addresses"
    IPSET = "ipset"
    HITCOUNTS = "hitcounts"
    HA_PEER = "ha_peer"
    ARP = "arp"
    MAC = "mac"
    LLDP = "lldp"


class LinkKind(Enum):
    """What a link is: inside the house, a carrier below others (`underlay`), or a line to somebody else."""

    ACCESS = "access"
    TRUNK = "trunk"
    TUNNEL = "tunnel"
    UNDERLAY = "underlay"
    SECURITY_CLOUD = "security_cloud"
    LGWAN = "lgwan"
    JUKI = "juki"
    GOV_CLOUD = "gov_cloud"
    MAINTENANCE = "maintenance"
    ISP = "isp"
    LTE = "lte"


class Method(Enum):
    """How a gateway makes communication safe (無害化の方式)."""

    MAIL_TEXT = "mail_text"
    MAIL_ATTACHMENT_IMAGE = "mail_attachment_image"
    SCREEN = "screen"
    SCREEN_CONTAINER = "screen_container"
    FILE_CDR = "file_cdr"
    FILE_CHECK = "file_check"
    WEB_ISOLATION = "web_isolation"
    MEDIA = "media"


class ServiceKind(Enum):
    """What an external service is."""

    CLOUD = "cloud"
    SNS = "sns"
    MEETING = "meeting"
    OUTSOURCED = "outsourced"


class EquipmentKind(Enum):
    """What several zones share."""

    SWITCH = "switch"
    HYPERVISOR = "hypervisor"
    STORAGE = "storage"
    PRINTER = "printer"
    BACKUP = "backup"
    WIRELESS = "wireless"
    OTHER = "other"


class DocumentKind(Enum):
    """What a document shows."""

    EXTERNAL_CONFIRMATION = "external_confirmation"  # before a model with conditions goes live
    EXTERNAL_AUDIT = "external_audit"
    INTERNAL_AUDIT = "internal_audit"
    SELF_CHECK = "self_check"
    GO_LIVE = "go_live"
    SOC_REPORT = "soc_report"
    CONTRACT = "contract"
    RULES = "rules"
    TRAINING = "training"
    DRILL = "drill"
    CHANGE = "change"
    ORGANS = "organs"  # which organs are bound, and what of the network is whose
    HANDLING = "handling"  # how diagrams, configurations and results are kept
    OBSERVANCE = "observance"  # that measures are kept was looked at
    EMERGENCY_PLAN = "emergency_plan"
    CONTACTS = "contacts"
    REVIEW = "review"  # of policy and measures
    STANDARDS = "standards"
    PROCEDURES = "procedures"
    OTHER = "other"


class LedgerKind(Enum):
    """What the rows of a ledger are."""

    DEVICES = "devices"
    LINES = "lines"
    HOSTS = "hosts"


class Assume(Enum):
    """What an assumption lets the engine take for granted; a result that leans on it is never `proven`."""

    DENY = "deny"  # the device passes nothing
    PERMIT = "permit"  # the device passes everything
    SEPARATE = "separate"  # the subject keeps its segments apart on layer 2
    NO_FORWARDING = "no_forwarding"  # the host or gateway forwards no packets
    EXPORT_WHOLE = "export_whole"  # no line is missing from the device's export


class EndpointKind(Enum):
    """What a name at one end of a communication stands for."""

    HOST = "host"
    GROUP = "group"
    SEGMENT = "segment"
    DEVICE = "device"
    GATEWAY = "gateway"
    ZONE = "zone"
