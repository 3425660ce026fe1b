"""Training, and hardening."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import _core
from ._arrays import to_labels, to_norm, to_numpy
from ._core import RequestError
from ._data import Data, load_data
from ._network import Network, _number, _plain, _set, _text, make_settings
from ._picture import image_shape
from ._progress import Listener


def _examples(data, split):
    """(rows, labels, (rows, columns, channels)) of a name, `Data`, or a pair (x, y)."""
    shape = None
    if isinstance(data, (str, bytes)) or hasattr(data, "__fspath__"):
        data = load_data(data, split)
    if isinstance(data, Data):
        shape = data.shape
    try:
        x, y = data
    except (TypeError, ValueError):
        raise RequestError("data is neither a data set's name, nor Data, nor a pair (x, y)") from None
    x = to_numpy(x)
    if x.dtype == np.uint8:
        x = x / 255.0
    if x.ndim < 2 or len(x) == 0:
        raise RequestError(f"x has the shape {x.shape}: rows of numbers are needed")
    shape = shape or x.shape[1:]
    rows = np.ascontiguousarray(x.reshape(len(x), -1), dtype=np.float64)
    if not np.isfinite(rows).all():
        raise RequestError("x holds NaN or infinite numbers")
    labels = to_labels(y, len(rows))
    if min(labels) < 0:
        raise RequestError(f"row {labels.index(min(labels))} has no label: classes count from 0")
    look = image_shape(shape, rows.shape[1]) if len(shape) > 1 else None
    return rows, labels, [1, rows.shape[1], 1] if look is None else list(look[:3])


def _training(training, attack, adversarial, **options):
    for name in ("attack_steps", "attack_reach", "attack_ramp", "clean_share"):
        _set(attack, **{name: options.pop(name)})
    for name in ("rate", "momentum", "weight_decay"):
        options[name] = _number(name, options[name])
    _set(training, **options)
    if adversarial is None:
        return []
    return [adversarial] if isinstance(adversarial, str) else list(adversarial)


def train(data, hidden=(8, 8, 8), *, epochs=None, restarts=None, rate=None, batch=None, momentum=None,
          weight_decay=None, adversarial=None, attack_steps=None, attack_reach=None, attack_ramp=None,
          clean_share=None, seed=0, threads=None, name="trained", callback=None, progress=None) -> Network:
    """A ReLU classifier by SGD; `brink train`, whose options and defaults these are.

    data: a data set's name ("mnist"), what `load_data` returned, or a pair (x, y) with x of n x inputs (or n x the
    shape of one) and y of n classes from 0.
    hidden: widths of the hidden layers. epochs (50), restarts (1), rate, batch, momentum, weight_decay: the schedule.
    adversarial: "NORM:RADIUS", or several in turns: train on images changed for the worse.
    The same seed gives the same network, whatever `threads`. Returns `Network`; after Ctrl-C KeyboardInterrupt.

    >>> import brink
    >>> net = brink.train(brink.load_data("strokes", "train")[:500], hidden=(8,), epochs=2)
    >>> net.outputs
    10
    """
    from ._load import load

    rows, labels, shape = _examples(data, "train")
    options, attack = _core.Training(), _core.Attack()
    balls = _training(options, attack, adversarial, hidden=[int(n) for n in hidden], epochs=epochs, restarts=restarts,
                      rate=rate, batch=batch, momentum=momentum, weight_decay=weight_decay, attack_steps=attack_steps,
                      attack_reach=attack_reach, attack_ramp=attack_ramp, clean_share=clean_share)
    settings = make_settings(threads, seed, None, "python: train")
    with Listener("epochs", options.epochs * options.restarts, callback, progress) as listener:
        made = _core.train(rows, labels, shape, options, attack, balls, settings, listener)
    if made["interrupted"]:
        raise KeyboardInterrupt("training was stopped; there is no network yet")
    return load(made["network"], name=name)


@dataclass(frozen=True, eq=False)
class Hardened:
    """A network of a hardening."""

    network: Network
    examples_added: int  #: that joined its training, of all rounds so far
    accuracy: float  #: on the test split, in [0, 1]


class HardenedList(Sequence):
    """The network itself, then that of each round."""

    def __init__(self, rounds):
        self._rounds = tuple(rounds)

    def __len__(self):
        return len(self._rounds)

    def __getitem__(self, index):
        return self._rounds[index]

    @property
    def network(self):
        """The hardened network: the last round's."""
        return self[-1].network

    def __repr__(self):
        shown = ", ".join(f"{100 * r.accuracy:.2f} %" for r in self)
        return f"HardenedList(accuracy {shown})"


def harden(net, data, test=None, *, examples=0, rounds=1, norm="l1", question="robust", target=None, margin=None,
           target_min=None, lead=None, cap=None, box=None, time_limit=None, epochs=None, restarts=None, rate=None,
           batch=None, momentum=None, weight_decay=None, adversarial=None, attack_steps=None, attack_reach=None,
           attack_ramp=None, clean_share=None, seed=0, threads=None, store=None, callback=None, progress=None) -> HardenedList:
    """Trains the network again so that it is harder to fool; `brink harden`, whose options and defaults these are.

    data: the training split (a data set's name, `Data`, or (x, y)); test: the test split, on which accuracy is
    measured (None: of a data set by name its own, else `data`).
    examples: closest adversarial examples of training images that join the training in each of `rounds`;
    adversarial: "NORM:RADIUS" or several. One of the two is needed, or weight_decay.
    Returns a list of `Hardened`, the network itself first; its `.network` is the last. After Ctrl-C
    KeyboardInterrupt; with `store` the same call goes on from the last round.
    """
    from ._load import load

    x, y, _ = _examples(data, "train")
    if test is None:
        test = data if not isinstance(data, str) else load_data(data, "test")
    test_x, test_y, _ = _examples(test, "test")
    if examples < 0 or rounds < 1:
        raise RequestError(f"examples {examples} in {rounds} rounds: 0 or more in 1 or more are needed")
    if examples == 0 and not adversarial and not weight_decay:
        raise RequestError("nothing would be hardened: give examples=N, adversarial='NORM:RADIUS' or both")
    if examples == 0 and rounds > 1:
        raise RequestError(f"rounds {rounds} without examples would train the same network again")
    if examples * rounds > len(x):
        raise RequestError(f"examples {examples} in {rounds} rounds: there are only {len(x)} training images")
    options = _core.Options()
    _set(options, norm=to_norm(norm), question=question, target=_text(target), margin=_number("margin", margin),
         target_min=_text(_plain(target_min)), lead=_text(_plain(lead)), cap=_number("cap", cap),
         time_limit=_number("time_limit", time_limit))
    training, attack = _core.Training(), _core.Attack()
    balls = _training(training, attack, adversarial, epochs=epochs, restarts=restarts, rate=rate, batch=batch,
                      momentum=momentum, weight_decay=weight_decay, attack_steps=attack_steps,
                      attack_reach=attack_reach, attack_ramp=attack_ramp, clean_share=clean_share)
    settings = make_settings(threads, seed, store, "python: harden")
    net._set_box(settings, box)
    with Listener("images", examples * rounds, callback, progress) as listener:
        found = _core.harden(net._net, options, settings, net._source.onnx(), examples, rounds, training, attack,
                             balls, x, y, test_x, test_y, listener)
    if not found:
        raise KeyboardInterrupt("hardening was stopped; with store= the same call goes on")
    reading = net._source.reading
    result = []
    for i, made in enumerate(found):
        network = load(made["network"], name=f"{net.name}-{i}", **(reading if made["from_file"] else {}))
        result.append(Hardened(net if i == 0 else network, made["examples_added"], made["accuracy"]))
    return HardenedList(result)
