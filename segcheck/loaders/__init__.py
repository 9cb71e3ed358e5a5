"""Edges: files to the model, with file:line:column and "did you mean".

files          a file or folder of exports to SourceText
problems       everything wrong with one file, told at once
marked         YAML to plain values, with the place of each beside them
device_file    one entry of `devices:` to interfaces and routes
packet_table   rows of packets (TSV) to probes
"""
