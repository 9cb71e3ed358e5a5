"""The history of a site: what every run read, found and said, in one file, as a hash chain.

chain      how entries are linked
parts      documents cut into parts that are stored once
tables     the tables, and how those of earlier versions become them
store      reading and writing
verifying  whether anything was edited, moved or cut
pruning    dropping what is old, in a way that the chain still tells
telling    what lists and comparisons of runs show
"""
