"""Arrays as the library takes them: float64, a row an input."""

import numpy as np

from ._core import RequestError


def to_numpy(x):
    """Anything like an array as one; tensors are detached and brought to the CPU first."""
    if hasattr(x, "detach"):
        x = x.detach().cpu().numpy()
    return np.asarray(x)


def to_rows(x, inputs, shape):
    """(rows, single, shape of one input).

    `rows` is n x `inputs`, float64; bytes stand for byte / 255. `single`: x was one input, not a batch.
    `shape` is the network's input, a batch of 1 in front.
    """
    x = to_numpy(x)
    if x.dtype == np.uint8:
        x = x / 255.0
    if x.dtype == object or not (np.issubdtype(x.dtype, np.number) or x.dtype == bool):
        raise RequestError(f"x holds {x.dtype}, not numbers")
    if np.iscomplexobj(x):
        raise RequestError("x holds complex numbers")
    x = x.astype(np.float64)
    if not np.isfinite(x).all():
        raise RequestError("x holds NaN or infinite numbers")
    one = tuple(shape[1:]) if len(shape) > 1 and shape[0] == 1 else tuple(shape)
    if x.shape == one:
        return np.ascontiguousarray(x.reshape(1, inputs)), True, x.shape
    if x.ndim > 1 and int(np.prod(x.shape[1:])) == inputs:
        return np.ascontiguousarray(x.reshape(len(x), inputs)), False, x.shape[1:]
    if x.size == inputs:
        return np.ascontiguousarray(x.reshape(1, inputs)), True, x.shape
    raise RequestError(
        f"x has the shape {x.shape}: the network takes inputs of {inputs} numbers, shape {one}, or a batch of them"
    )


def to_labels(y, count, classes=()):
    """A whole number for each row, or one of the names of `classes`."""
    y = to_numpy(y)
    if y.shape not in ((count,), (count, 1)) and not (y.ndim == 0 and count == 1):
        raise RequestError(f"label has the shape {y.shape}: one class for each of {count} rows is needed")
    if y.dtype.kind in "US":
        number = {name: i for i, name in enumerate(classes)}
        names = [str(name) for name in y.astype(str).reshape(-1)]
        unknown = [name for name in names if name not in number]
        if unknown:
            known = f"this network's classes are {', '.join(classes)}" if classes else "this network's classes have no names"
            raise RequestError(f"label {unknown[0]!r} is no class: give numbers ({known})")
        return [number[name] for name in names]
    try:
        whole = y.astype(np.int64)
    except (TypeError, ValueError):
        whole = None
    if whole is None or y.dtype == object or (y != whole).any():
        raise RequestError("label holds what is no whole number")
    return [int(c) for c in whole.reshape(-1)]


def to_norm(norm):
    """Its name; 0, 1, 2 and infinity are theirs, too."""
    named = norm.lower() if isinstance(norm, str) else None
    if isinstance(norm, (int, float, np.number)):
        named = {0: "l0", 1: "l1", 2: "l2", np.inf: "linf"}.get(norm)
    if named not in ("l0", "l1", "l2", "linf"):
        raise RequestError(f"norm {norm!r} is none of 'l0', 'l1', 'l2', 'linf'")
    return named


def to_box(box, inputs):
    """(lower, upper), each of `inputs` numbers, from a pair of numbers or arrays, or "LO:HI"."""
    if isinstance(box, str):
        box = box.split(":")
    try:
        lower, upper = (np.asarray(to_numpy(end), dtype=np.float64) for end in box)
    except (TypeError, ValueError):
        raise RequestError(f"box {box!r} is not (lower, upper), two numbers or two arrays") from None
    ends = []
    for what, end in (("lower", lower), ("upper", upper)):
        if end.size not in (1, inputs):
            raise RequestError(f"box: {what} has {end.size} numbers, the network {inputs} inputs")
        ends.append(np.ascontiguousarray(np.broadcast_to(end.reshape(-1), (inputs,))))
    return ends
