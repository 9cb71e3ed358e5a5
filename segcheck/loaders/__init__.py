"""Edges: files to the model, with file:line:column and "did you mean".

files          a file or folder of exports to SourceText
problems       everything wrong with one file, told at once
marked         YAML to plain values, with the place of each beside them
edges          what the models of our YAML files share: strictness, values as people write them
edge_errors    what is wrong with them, as problems with their place
device_entry   one entry of `devices:` as it is written
site           a site's folder to zones, segments, hosts, devices, register
device_file    one entry of `devices:` to interfaces and routes
packet_table   rows of packets (TSV) to probes
"""
