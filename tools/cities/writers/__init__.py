"""One file per vendor syntax; each offers `write(city, device)`, the text of a device's export."""
