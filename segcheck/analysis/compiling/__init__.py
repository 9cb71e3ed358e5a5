"""Rules to sets: what a rule list or a whole device lets through, exactly, with bounds for what is not known.

    modes          how what is unknown and what is chosen counts
    needs          what a device's rules ask about: values, interfaces, conditions
    instants       instants as far as schedules tell them apart
    ground         the universe made of that, for one device or several
    space          one device's names for what is in it
    expressions    a match -> packets that surely and possibly satisfy it
    lists          a rule list -> who ends how; goals backwards and packets forwards through rules that write
    writes         rules that write an extra dimension, backwards and forwards
    translations   address translation backwards and forwards
    routing        destinations by egress interface
    parts          a device's parts as sets, for both directions
    devices        a whole pipeline backwards: packets that pass
    walking        the same forwards: where given packets go
    judging        answers about single packets, by membership

It shares no code with `analysis.tracing`, which reads the same rules one packet at a time; each is tested against the
other.
"""

from segcheck.analysis.compiling.devices import Compiled, Exits
from segcheck.analysis.compiling.ground import Ground
from segcheck.analysis.compiling.judging import SetAnswer, judge_device, judge_list
from segcheck.analysis.compiling.lists import Lists
from segcheck.analysis.compiling.modes import Mode
from segcheck.analysis.compiling.space import Space

__all__ = ["Compiled", "Exits", "Ground", "Lists", "Mode", "SetAnswer", "Space", "judge_device", "judge_list"]
