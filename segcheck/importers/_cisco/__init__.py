"""What importers of Cisco command lines share: commands and their words, names, values, time ranges, the record kept."""
