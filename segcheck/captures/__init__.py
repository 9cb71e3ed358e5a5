"""Packet captures: files to frames, frames to conversations (`model/flow.py` says what a conversation is)."""
