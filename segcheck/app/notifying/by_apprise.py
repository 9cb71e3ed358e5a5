"""A notification by Apprise, where somebody installed it (`pip install segcheck[notify]`); never part of a bundle."""

from __future__ import annotations

from segcheck.errors import BadInput
from segcheck.model.channel import Channel
from segcheck.model.notice import Message


def send(channel: Channel, message: Message, url: str) -> str:
    """Give a message to the service of an Apprise URL; return "".

    Raises:
        BadInput: Apprise is not installed, does not know the URL, or did not deliver.
    """
    del channel
    try:
        import apprise
    except ImportError:
        raise BadInput(
            "apprise is not installed; pip install segcheck[notify]",
            "apprise がありません。pip install segcheck[notify]",
        ) from None
    service = apprise.Apprise()
    if not service.add(url) or not service.notify(title=message.title, body="\n".join(message.lines)):
        raise BadInput("apprise did not deliver it", "apprise が送信できませんでした")
    return ""
