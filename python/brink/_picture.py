"""Inputs as small pictures in HTML, without any library."""

import base64
import struct
import zlib

import numpy as np


def image_shape(shape, size):
    """(rows, columns, channels, channels last) of an input, or None if it does not look like a picture."""
    shape = [int(n) for n in shape if n != 1] or [1]
    if len(shape) == 2:
        return shape[0], shape[1], 1, False
    if len(shape) == 3:
        last = shape[2] in (3, 4) and shape[0] not in (3, 4)
        return (shape[0], shape[1], shape[2], True) if last else (shape[1], shape[2], shape[0], False)
    side = int(round(size**0.5))
    if len(shape) == 1 and side * side == size and side >= 5:
        return side, side, 1, False
    return None


def as_picture(x, shape):
    """rows x columns, or rows x columns x 3."""
    look = image_shape(shape, np.size(x))
    if look is None:
        return None
    rows, columns, channels, last = look
    x = np.asarray(x, dtype=float)
    picture = x.reshape(rows, columns, channels) if last else np.moveaxis(x.reshape(channels, rows, columns), 0, 2)
    if channels == 1:
        return picture[:, :, 0]
    if channels in (3, 4):
        return picture[:, :, :3]
    return np.concatenate([picture[:, :, c] for c in range(channels)], axis=1)


def png(picture, low=0.0, high=1.0):
    """Bytes of a PNG, `low` black and `high` white."""
    span = high - low if high > low else 1.0
    pixels = np.clip((np.asarray(picture, dtype=float) - low) / span * 255 + 0.5, 0, 255).astype(np.uint8)
    rows, columns = pixels.shape[:2]
    lines = b"".join(b"\0" + pixels[r].tobytes() for r in range(rows))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def change_of(x, original, shape):
    """|x - original| as a picture: white unchanged, black the largest change."""
    change = as_picture(np.abs(np.asarray(x, dtype=float) - np.asarray(original, dtype=float)), shape)
    if change is None:
        return None
    if change.ndim == 3:
        change = change.max(axis=2)
    largest = change.max()
    return 1 - change / largest if largest > 0 else np.ones_like(change)


def tag(picture, title, low=0.0, high=1.0):
    """An <img> with a caption below."""
    width = max(56, picture.shape[1] * 3)
    data = base64.b64encode(png(picture, low, high)).decode()
    return (
        f'<figure style="display:inline-block;margin:2px 6px;text-align:center">'
        f'<img style="image-rendering:pixelated;width:{width}px" src="data:image/png;base64,{data}">'
        f"<figcaption>{title}</figcaption></figure>"
    )
