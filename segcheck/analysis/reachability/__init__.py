"""Which packets get from where to where in a whole site: fixpoints of packet sets over devices (DESIGN §2.8).

    reach      the questions: forward, backward, visited
    backward   which packets of each source come to count at some receivers
    flood      everything that packets of one source may come to
    passages   what a device does to packets that it does not translate, worked out once
    wires      whom a packet meets on a wire: what lies between devices
    doubts     the yes-or-no dimensions that say on which doubt a result leans

Forward carries what is possible from one place to all; backward carries what counts at some receivers to every source, in
any of four modes. They are written apart and must agree.
"""

from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.reachability.reach import Reach, device_key

__all__ = ["Mode", "Reach", "device_key"]
