"""Frames become messages, or an error that says what is wrong with them."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from shared.json_keys import refuse_repeated_keys
from shared.messages.from_client import FromClient, Ref
from shared.messages.registry import decode_from_client
from shared.messages.to_client import Error, ErrorCode
from signaling.sockets.lean import Frame

TEXT_CHARS_MAX = 200


class _Marked(Struct):
    """The mark of a message that is wrong otherwise."""

    ref: Ref | None = None


_marked = msgspec.json.Decoder(_Marked)


def read_frame(frame: Frame) -> FromClient | Error:
    """Return the message of a frame, or the error to answer it with, with its `ref` where that can be read."""
    if isinstance(frame, bytes):
        return Error(code=ErrorCode.MALFORMED, message="Send text frames only.")
    try:
        message = decode_from_client(frame)
        refuse_repeated_keys(frame, ("type", *message.__struct_fields__))
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        return Error(code=ErrorCode.MALFORMED, message=str(error)[:TEXT_CHARS_MAX], ref=_ref(frame))
    return message


def too_fast(frame: Frame) -> Error:
    """Return the error for a frame that is not to be read."""
    ref = _ref(frame) if isinstance(frame, str) else None
    return Error(code=ErrorCode.TOO_FAST, message="Messages come too fast.", ref=ref)


def _ref(frame: str) -> str | None:
    try:
        return _marked.decode(frame).ref
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
