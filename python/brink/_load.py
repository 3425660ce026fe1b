"""From what people have to a `Network`."""

import io
import logging
import os
import warnings

import numpy as np

from . import _core
from ._arrays import to_numpy
from ._core import RequestError
from ._network import Network


class Source:
    """Where a network was read from: what pickles carry, and what is read again for other forms of it."""

    def __init__(self, kind, payload, name, reading, classes=(), path=""):
        self.kind, self.payload, self.name = kind, payload, name
        self.path = path  # of the file that it was read from
        self.reading, self.classes = reading, list(classes)

    def read(self, pooling=None):
        options = _core.Options()
        for key, value in self.reading.items():
            if value is not None:
                setattr(options, key, value)
        if pooling is not None:
            options.pooling = pooling
        if self.kind == "file":
            return _core.load_file(self.payload, self.name, options)
        if self.kind == "bytes":
            return _core.load_bytes(self.payload, self.name, options)
        return _core.load_layers(self.payload, self.name, self.classes, options)

    def onnx(self):
        """The ONNX file's bytes; none where there is no such file."""
        if self.kind == "bytes" and not self.name.endswith(".nnet"):
            return self.payload
        if self.kind == "file" and not self.payload.endswith(".nnet"):
            with open(self.payload, "rb") as file:
                return file.read()
        return b""


def load(x, *, example=None, output: str | None = None, output_name: str | None = None, mean=None, std=None,
         name: str | None = None) -> Network:
    """A `Network` of

    - a path: ONNX, or NNet where it ends in `.nnet`; the bytes of an ONNX file; an `onnx.ModelProto`;
    - a `torch.nn.Module`, exported as it is in evaluation mode. `example` is an input with a batch in front, on which
      it is traced; it may be left out where the first layer is Linear;
    - a scikit-learn MLP or another estimator or pipeline that skl2onnx exports;
    - `[(W, b), ...]`: W^k of units x inputs (as PyTorch has it), b^k a number a unit; ReLUs between layers.

    output: "relu" or "linear", what the last layer ends in (as in the file if None). output_name: which output of a
    file with several. mean, std: the network expects (x - mean) / std; one number, or one a channel or input.
    name: what it is called.

    Raises RequestError: what cannot be read, with the node or layer and the reason.

    >>> import brink
    >>> brink.load([([[1, 2], [3, 4]], [0, 0]), ([[1, 1]], [0.5])])
    Network(weights: 2-2-1)
    """
    if isinstance(x, Network):
        return x
    reading = dict(output=output, output_name=output_name, mean=_numbers("mean", mean), std=_numbers("std", std))
    source = _source_of(x, example, name, reading)
    net = source.read()
    if source.kind == "file" and (net.whole or source.payload.endswith(".nnet")):
        with open(source.payload, "rb") as file:  # pickles of the network do not need the file
            ending = ".nnet" if source.payload.endswith(".nnet") else ""
            source = Source("bytes", file.read(), source.name + ending, reading, path=source.path)
    return Network(net, source)


def _numbers(what, value):
    if value is None:
        return None
    try:
        return [float(v) for v in np.atleast_1d(to_numpy(value)).reshape(-1)]
    except (TypeError, ValueError):
        raise RequestError(f"{what} {value!r} is neither a number nor a list of them") from None


def _source_of(x, example, name, reading):
    if isinstance(x, (str, os.PathLike)):
        return _of_file(os.fspath(x), name, reading)
    if isinstance(x, (bytes, bytearray, memoryview)):
        return Source("bytes", bytes(x), name or "network", reading)
    if hasattr(x, "SerializeToString") and hasattr(x, "graph"):
        return Source("bytes", x.SerializeToString(), name or x.graph.name or "network", reading)
    if hasattr(x, "model_proto"):  # what torch.onnx.export returns
        return Source("bytes", x.model_proto.SerializeToString(), name or "network", reading)
    modules = {base.__module__.split(".")[0] for base in type(x).__mro__}
    if "torch" in modules:
        return Source("bytes", _export_torch(x, example), name or type(x).__name__, reading)
    if "sklearn" in modules:
        return _of_sklearn(x, name or type(x).__name__, reading)
    if "keras" in modules or "tensorflow" in modules:
        raise RequestError("Keras models are read from ONNX files: model.export('net.onnx', format='onnx') writes one")
    if isinstance(x, (list, tuple)):
        return Source("layers", _checked_layers(x), name or "weights", reading)
    raise RequestError(f"a {type(x).__name__} is no network: give a path, bytes, an ONNX model, a torch.nn.Module, "
                       "a scikit-learn MLP, or [(W, b), ...]")


def _of_file(path, name, reading):
    path = os.path.abspath(path)
    return Source("file", path, name or os.path.splitext(os.path.basename(path))[0], reading, path=path)


def _checked_layers(pairs):
    layers = []
    for k, pair in enumerate(pairs, 1):
        try:
            weights, bias = (np.ascontiguousarray(to_numpy(part), dtype=np.float64) for part in pair)
        except (TypeError, ValueError):
            raise RequestError(f"layer {k} is not a pair (W, b) of arrays of numbers") from None
        bias = bias.reshape(-1)
        if weights.ndim != 2:
            raise RequestError(f"layer {k}: W has the shape {weights.shape}, units x inputs are needed")
        turn = " (W is units x inputs: transpose it if yours are inputs x units, as Keras and scikit-learn have them)"
        if len(bias) != len(weights):
            raise RequestError(f"layer {k}: W has {len(weights)} units, b {len(bias)} numbers{turn}")
        if layers and weights.shape[1] != len(layers[-1][1]):
            raise RequestError(f"layer {k} takes {weights.shape[1]} inputs, layer {k - 1} has {len(layers[-1][1])} "
                               f"units{turn}")
        layers.append((weights, bias))
    if not layers:
        raise RequestError("a network has one layer or more: [(W, b), ...] is empty")
    return layers


# -- PyTorch -----------------------------------------------------------------------------------


def _guessed_example(module):
    """An input for a network whose first layer with weights says how wide it is."""
    import torch

    for part in module.modules():
        if isinstance(part, torch.nn.Linear):
            return torch.zeros(1, part.in_features, dtype=part.weight.dtype, device=part.weight.device)
        if next(part.parameters(recurse=False), None) is not None:
            break
    raise RequestError(f"the input's shape cannot be guessed from a {type(module).__name__}: give example=, an input "
                       "with a batch in front, e.g. torch.zeros(1, 3, 32, 32)")


def _export_torch(module, example):
    """The bytes of an ONNX model; the module is left as it was."""
    import torch

    if not isinstance(module, torch.nn.Module):
        raise RequestError(f"a {type(module).__name__} is no torch.nn.Module")
    if example is None:
        example = _guessed_example(module)
    else:
        parameter = next(module.parameters(), torch.zeros(1))
        example = torch.as_tensor(to_numpy(example)).to(parameter)
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    training = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _exported(torch, module, example)
    except RequestError:
        raise
    except Exception as error:
        line = str(error).strip().splitlines()
        raise RequestError(f"torch.onnx.export refused the {type(module).__name__}: {line[0] if line else error!r}; "
                           "example= must be an input with a batch in front") from error
    finally:
        logger.setLevel(level)
        for part, was in training.items():
            part.training = was


def _exported(torch, module, example):
    try:
        import onnxscript  # noqa: F401  (what the newer exporter needs)
    except ImportError:
        file = io.BytesIO()
        torch.onnx.export(module, (example,), file, dynamo=False)
        return file.getvalue()
    return torch.onnx.export(module, (example,), dynamo=True, verbose=False).model_proto.SerializeToString()


# -- scikit-learn ------------------------------------------------------------------------------


def _of_sklearn(estimator, name, reading):
    """An MLP by its coefficients; anything else by skl2onnx."""
    kind = type(estimator).__name__
    if kind in ("MLPClassifier", "MLPRegressor") and getattr(estimator, "activation", "") in ("relu", "identity"):
        if not hasattr(estimator, "coefs_"):
            raise RequestError(f"the {kind} is not fitted yet")
        return _of_mlp(estimator, name, reading)
    try:
        import skl2onnx
    except ImportError:
        raise RequestError(f"a {kind} is read by skl2onnx: pip install skl2onnx") from None
    features = getattr(estimator, "n_features_in_", None)
    if features is None:
        raise RequestError(f"the {kind} is not fitted yet")
    try:
        model = skl2onnx.to_onnx(estimator, np.zeros((1, features), dtype=np.float64))
    except Exception as error:
        raise RequestError(f"skl2onnx refused the {kind}: {str(error).strip().splitlines()[0]}") from error
    return Source("bytes", model.SerializeToString(), name, reading)


def _of_mlp(mlp, name, reading):
    layers = [(np.asarray(w, dtype=float).T, np.asarray(b, dtype=float)) for w, b in zip(mlp.coefs_, mlp.intercepts_)]
    if mlp.activation == "identity":  # affine maps, composed
        weights, bias = layers[0]
        for w, b in layers[1:]:
            weights, bias = w @ weights, w @ bias + b
        layers = [(weights, bias)]
    classes = []
    if hasattr(mlp, "classes_"):
        if mlp.out_activation_ == "logistic" and len(layers[-1][1]) == 1:  # the Sigmoid of y: outputs 0 and y
            weights, bias = layers[-1]
            layers[-1] = (np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias]))
        elif mlp.out_activation_ != "softmax":
            raise RequestError("a classifier of several labels an input has no one class")
        classes = [str(c) for c in mlp.classes_]
    return Source("layers", _checked_layers(layers), name, reading, classes)
