"""A notification to a program of the site: JSON on its standard input, no shell."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict

from segcheck.model.channel import Channel
from segcheck.model.notice import Message


def send(channel: Channel, message: Message) -> str:
    """Run the program and wait for it; return "". What it prints is not kept.

    Raises:
        OSError: it cannot be started.
        subprocess.SubprocessError: it took too long, or ended with another code than 0.
    """
    told = json.dumps({"schema": "segcheck/notification/1", **asdict(message)}, ensure_ascii=False)
    subprocess.run(  # noqa: S603 -- the words of site.yaml, which only its owner can write
        [*channel.command],
        input=told.encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=channel.timeout,
        check=True,
    )
    return ""
