"""The runs as readable pages: each joins readers, reasoning and telling for one command."""
