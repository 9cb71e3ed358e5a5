"""The soundness gate: random sites, judged by the engine and by brute force.

    sites       random sites, biased towards the rare mechanisms, with packets worth asking about
    ground      what a site says, read anew: who stands where, whose address is whose, what may be otherwise
    devices     one device and one packet, by the words of the model
    simulator   one packet from wire to wire, under every completion of the unknown and every state of the varying
    permitting  what the register permits of one packet
    gate        the comparison: what the engine says of a packet, and what the simulator says
    mutants     defects put into the engine; the gate has to notice each

`ground`, `devices`, `simulator` and `permitting` import nothing of `segcheck.analysis`: they share the model's nouns and the
arithmetic of intervals with the engine, and no reading of them.
"""
