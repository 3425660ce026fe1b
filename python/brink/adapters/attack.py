"""Exact attacks with the call of foolbox's: what comes back is the nearest adversarial example, not a near one."""

import numpy as np

from .._arrays import to_numpy
from .._load import load
from .._network import Network


class ExactAttack:
    """`attack(model, images, labels, epsilons=...)`.

    norm: "l0", "l1", "l2" or "linf"; options: of `Network.closest` (time_limit, threads, ...).

    >>> import brink
    >>> from brink.adapters.attack import ExactAttack
    >>> net = brink.load([([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0])])
    >>> raw, clipped, success = ExactAttack("linf")(net, [[0.75, 0.25]], [0], epsilons=[0.1, 0.3])
    >>> success[:, 0].tolist()
    [False, True]
    """

    def __init__(self, norm="linf", **options):
        self.norm, self.options = norm, options
        self.answers = None  #: of the last call, a `ClosestList` with the proofs

    def __call__(self, model, images, labels, *, epsilons=None, bounds=None):
        """model: a `brink.Network`, or anything that `brink.load` takes: of a foolbox model the module in it.

        images: a batch, n x the shape of one; labels: their classes. bounds: (lower, upper) of the inputs; (0, 1) if
        None. epsilons: None, one number, or several.
        Returns (raw, clipped, success), each of `images`' kind: the examples found (the image itself where there is
        none), those within epsilon (others as they were), and whether they are; lists of them, and success of
        len(epsilons) x n, for several epsilons.
        """
        batch = to_numpy(images)
        net = model if isinstance(model, Network) else load(model, example=batch[:1])
        self.answers = net.closest(batch, labels, self.norm, box=bounds, **self.options)
        found = [a.x is not None for a in self.answers]
        raw = np.stack([a.x if ok else a.original for a, ok in zip(self.answers, found)])
        wrong = np.array([ok or a.status == "misclassified" for a, ok in zip(self.answers, found)])
        distance = np.array([0.0 if a.status == "misclassified" else np.inf if a.distance is None else a.distance
                             for a in self.answers])
        levels = [np.inf if epsilons is None else epsilons] if np.ndim(epsilons) == 0 else list(epsilons)
        within = np.stack([wrong & (distance <= level) for level in levels])
        shape = (-1,) + (1,) * (raw.ndim - 1)
        clipped = [np.where(w.reshape(shape), raw, batch.reshape(raw.shape)) for w in within]
        if np.ndim(epsilons) == 0:
            return _like(images, raw), _like(images, clipped[0]), _like(images, within[0], cast=False)
        return ([_like(images, raw) for _ in levels], [_like(images, c) for c in clipped],
                _like(images, within, cast=False))


def attack(model, images, labels, *, norm="linf", epsilons=None, bounds=None, **options):
    """`ExactAttack(norm, **options)(model, images, labels, epsilons=epsilons, bounds=bounds)`."""
    return ExactAttack(norm, **options)(model, images, labels, epsilons=epsilons, bounds=bounds)


def _like(images, array, cast=True):
    if not hasattr(images, "detach"):
        return array
    import torch

    made = torch.from_numpy(np.ascontiguousarray(array)).to(images.device)
    return made.to(images.dtype) if cast else made
