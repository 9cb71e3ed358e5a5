"""The invented city of Wakagi (若木市) under each of the four models, written from one common base.

    plan       what a city consists of, as plain records
    base       the city that all models share
    models     what each model adds: who works where, and what the register holds
    planted    mistakes that are put into each of them
    writers/   one file per vendor syntax: a device's export; and our own files

`python -m tools.cities` writes `topologies/wakagi-MODEL` and `topologies/wakagi-MODEL-mistakes`; a test compares what stands
there with what would be written.
"""
