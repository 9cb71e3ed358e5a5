"""What importers of hierarchical configurations (PAN-OS, Junos) share: the tree of words, its notes, sessions."""
