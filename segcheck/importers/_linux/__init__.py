"""What the importers of Linux's packet filters share: the kernel around the rules, the order of its hooks, jumps, names."""
