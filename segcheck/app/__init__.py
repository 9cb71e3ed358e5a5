"""The runs as readable pages: each joins readers and reasoning for one command.

reading       files to one device's reading, with a device file's addressing where one is given
binding       a site's devices to their exports, compared
validating    everything that is wrong with a site's files
matching      rows of packets to answers
explaining    what an id means: diagnostics, verdicts, exit codes, importers
schemas       the JSON Schemas of our files and outputs
doctoring     whether this installation can be relied on
"""
