"""More of the zoo than PyTorch's exporters write: graphs by hand in every operator set, Keras, scikit-learn,
what must be refused, and random graphs."""

import os

import numpy as np
import onnx
from onnx import TensorProto as t
from onnx import helper as h
from onnx import numpy_helper as nh

node = h.make_node
ML = "ai.onnx.ml"


def model(nodes, tensors, shape, opset=17, output=t.FLOAT, shapes=()):
    """Of one input x; `shapes`: further inputs."""
    inputs = [h.make_tensor_value_info("x", t.FLOAT, shape)]
    inputs += [h.make_tensor_value_info(name, t.FLOAT, extents) for name, extents in shapes]
    graph = h.make_graph(nodes, "by_hand", inputs, [h.make_tensor_value_info("y", output, None)],
                         [nh.from_array(np.asarray(a), n) for n, a in tensors.items()])
    sets = [h.make_opsetid("", opset), h.make_opsetid(ML, 3)]
    result = h.make_model(graph, opset_imports=sets)
    result.ir_version = min(10, 7 if opset < 15 else 10)
    return result


def floats(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


def mlp(rng, out, outputs=3):
    """Two layers of [n, 5], to the value `out`."""
    nodes = [node("Gemm", ["x", "W"], ["a"], transB=1), node("Relu", ["a"], ["b"]),
             node("Gemm", ["b", "V", "v"], [out], transB=1)]
    return nodes, {"W": floats(rng, 4, 5), "V": floats(rng, outputs, 4), "v": floats(rng, outputs)}


def in_operator_set(opset, rng):
    """Operators whose attributes became inputs, as each set has them."""
    lists = {}

    def given(name, values):
        lists[name] = np.array(values)
        return name

    old = opset < 13
    squeeze = node("Squeeze", ["p"], ["q"], axes=[3]) if old else node("Squeeze", ["p", given("three", [3])], ["q"])
    unsqueeze = (node("Unsqueeze", ["q"], ["r"], axes=[3]) if old else
                 node("Unsqueeze", ["q", given("three", [3])], ["r"]))
    pad = (node("Pad", ["r"], ["s"], pads=[0, 0, 1, 0, 0, 0, 0, 2], value=0.5) if opset < 11 else
           node("Pad", ["r", given("pads", [0, 0, 1, 0, 0, 0, 0, 2]), given("half", np.float32(0.5))], ["s"]))
    clip = (node("Clip", ["s"], ["c"], min=-0.5, max=0.75) if opset < 11 else
            node("Clip", ["s", given("low", np.float32(-0.5)), given("high", np.float32(0.75))], ["c"]))
    cut = (node("Slice", ["c"], ["d"], starts=[0], ends=[3], axes=[2]) if opset < 10 else
           node("Slice", ["c", given("zero", [0]), given("three", [3]), given("two", [2])], ["d"]))
    total = node("ReduceSum", ["d"], ["e"], axes=[3], keepdims=0) if old else node(
        "ReduceSum", ["d", given("three", [3])], ["e"], keepdims=0)
    mean = (node("ReduceMean", ["e"], ["f"], axes=[2], keepdims=1) if opset < 18 else
            node("ReduceMean", ["e", given("two", [2])], ["f"], keepdims=1))
    if opset < 13:
        halves = [node("Split", ["f"], ["g", "i"], axis=1, split=[1, 2])]
    else:
        halves = [node("Split", ["f", given("parts", [1, 2])], ["g", "i"], axis=1)]
    ends = [node("Neg", ["g"], ["j"]), node("Concat", ["j", "i"], ["k"], axis=1), node("Flatten", ["k"], ["l"]),
            node("Softmax", ["l"], ["y"], axis=1)]
    tensors = {"K": floats(rng, 3, 2, 3, 2), "k0": floats(rng, 3), **lists}
    nodes = [node("Conv", ["x", "K", "k0"], ["n"], pads=[1, 0, 1, 0]), node("LeakyRelu", ["n"], ["o"], alpha=0.25),
             node("MaxPool", ["o"], ["p"], kernel_shape=[2, 3], strides=[1, 3]), squeeze, unsqueeze, pad, clip, cut,
             total, mean, *halves, *ends]
    return model(nodes, tensors, [1, 2, 4, 4], opset)


def read_graphs(rng):
    nodes, weights = mlp(rng, "z")
    plane = floats(rng, 1, 2, 3, 3)
    deconvolved = lambda **how: model(
        [node("ConvTranspose", ["x", "K"], ["a"], strides=[2, 2], **how), node("Relu", ["a"], ["b"]),
         node("Flatten", ["b"], ["y"])], {"K": plane}, [1, 1, 3, 3])
    of_label = [node("ArgMax", ["z"], ["i"], axis=1),
                node("ArrayFeatureExtractor", ["classes", "i"], ["e"], domain=ML),
                node("Cast", ["e"], ["c"], to=t.INT64), node("Reshape", ["c", "minus"], ["y"])]
    graphs = {
        "argmax": model([*nodes, node("ArgMax", ["z"], ["y"], axis=1, keepdims=0)], weights, ["n", 5], output=t.INT64),
        "argmax_softmax": model([*nodes, node("Softmax", ["z"], ["p"]), node("ArgMax", ["p"], ["y"], axis=-1)], weights,
                                ["n", 5], output=t.INT64),
        "argmax_label": model([*nodes, *of_label], {**weights, "classes": np.array([3, 5, 9]), "minus": np.array([-1])},
                              ["n", 5], output=t.INT64),
        "hardmax": model([*nodes, node("Hardmax", ["z"], ["y"])], weights, ["n", 5]),
        "log_softmax": model([*nodes, node("LogSoftmax", ["z"], ["y"])], weights, ["n", 5]),
        "sigmoid_each": model([*nodes, node("Sigmoid", ["z"], ["y"])], weights, ["n", 5]),
        "transposed_same_upper": deconvolved(auto_pad="SAME_UPPER"),
        "transposed_same_lower": deconvolved(auto_pad="SAME_LOWER"),
        "transposed_valid": deconvolved(auto_pad="VALID"),
        "transposed_to_shape": deconvolved(output_shape=[6, 6], auto_pad="SAME_UPPER"),
        "mean_of_three": model([node("Relu", ["x"], ["a"]), node("Gemm", ["x", "S"], ["c"]),
                                node("Mean", ["a", "x", "c"], ["y"])], {"S": floats(rng, 5, 5)}, ["n", 5]),
        "imputer": model([node("Imputer", ["x"], ["a"], domain=ML, imputed_value_floats=[0.5] * 5,
                               replaced_value_float=float("nan")), node("Relu", ["a"], ["y"])], {}, ["n", 5]),
        "initializers_as_inputs": model(mlp(rng, "y")[0], mlp(rng, "y")[1], ["n", 5], 11, shapes=[("W", [4, 5])]),
        "expanded": model([node("Relu", ["x"], ["a"]), node("Expand", ["a", "s"], ["b"]), node("Flatten", ["b"], ["y"])],
                          {"s": np.array([1, 3, 5])}, [1, 1, 5]),
        "gathered": model([node("Relu", ["x"], ["a"]), node("Gather", ["a", "i"], ["y"], axis=1)],
                          {"i": np.array([-1, 0, 2, 2])}, ["n", 5]),
        "divided": model([node("Sub", ["d", "x"], ["a"]), node("Relu", ["a"], ["b"]), node("Div", ["b", "d"], ["y"])],
                         {"d": floats(rng, 5)}, ["n", 5]),
    }
    for opset in range(7, onnx.defs.onnx_opset_version() + 1):
        graphs[f"opset_{opset}"] = in_operator_set(opset, rng)
    return graphs


def refused_graphs(rng):
    """name: (model, words of the error)"""
    nodes, weights = mlp(rng, "z")

    def ending(*more, opset=17, output=t.FLOAT, **tensors):
        return model([*nodes, *more], {**weights, **tensors}, ["n", 5], opset, output)

    one = lambda op, **attributes: ending(node(op, ["z"], ["y"], **attributes))
    row = np.array([[0, 2, 1]])
    branch = h.make_graph([node("Identity", ["z"], ["w"])], "then", [], [h.make_tensor_value_info("w", t.FLOAT, None)])
    training = model([node("BatchNormalization", ["x", *"gbmv"], ["y", "n", "w"], training_mode=1)],
                     {name: np.ones(5, np.float32) for name in "gbmv"}, ["n", 5])
    infinite = dict(weights, W=np.full((4, 5), np.inf, np.float32))
    return {
        "celu": (one("Celu"), ["Celu", "curved"]),
        "mish": (ending(node("Mish", ["z"], ["y"]), opset=18), ["Mish", "curved"]),
        "exp": (one("Exp"), ["Exp", "curved"]),
        "reciprocal": (one("Reciprocal"), ["Reciprocal", "curved"]),
        "squared": (ending(node("Pow", ["z", "two"], ["y"]), two=np.float32(2)), ["Pow", "curved"]),
        "quotient": (ending(node("Div", ["z", "z"], ["y"])), ["Div", "multiplies or divides"]),
        "inverse": (ending(node("Div", ["one", "z"], ["y"]), one=np.float32(1)), ["Div", "divides by a value"]),
        "round": (one("Round"), ["Round", "rounds"]),
        "floor": (one("Floor"), ["Floor", "rounds"]),
        "quantized": (ending(node("QuantizeLinear", ["z", "s"], ["q"]), node("DequantizeLinear", ["q", "s"], ["y"]),
                             s=np.float32(0.1)), ["QuantizeLinear", "rounds"]),
        "thresholded": (one("ThresholdedRelu"), ["ThresholdedRelu", "jumps"]),
        "where": (ending(node("Greater", ["z", "o"], ["g"]), node("Where", ["g", "z", "o"], ["y"]), o=np.float32(0)),
                  ["Greater", "jumps"]),
        "argmax_inside": (ending(node("ArgMax", ["z"], ["i"], axis=1), node("Cast", ["i"], ["f"], to=t.FLOAT),
                                 node("Mul", ["f", "f"], ["y"])), ["Mul", "ArgMax"]),
        "softmax_inside": (ending(node("Softmax", ["z"], ["p"]), node("Relu", ["p"], ["y"])), ["Relu", "Softmax"]),
        "softmax_of_parts": (model([node("Softmax", ["x"], ["y"], axis=1)], {}, [1, 2, 3]), ["Softmax", "axis 1"]),
        "cast_to_integer": (ending(node("Cast", ["z"], ["y"], to=t.INT64), output=t.INT64), ["Cast", "INT64"]),
        "gathered_by_input": (ending(node("Cast", ["z"], ["i"], to=t.INT64), node("Gather", ["W", "i"], ["y"])), ["Cast"]),
        "gather_elements": (ending(node("GatherElements", ["z", "i"], ["y"], axis=1), i=row),
                            ["GatherElements", "not supported"]),
        "einsum": (ending(node("Einsum", ["z", "z"], ["y"], equation="bi,bj->bij")), ["Einsum", "not supported"]),
        "gru": (model([node("GRU", ["x", "w", "r"], ["y"], hidden_size=2)],
                      {"w": floats(rng, 1, 6, 3), "r": floats(rng, 1, 6, 2)}, [2, 1, 3]), ["GRU", "not supported"]),
        "control_flow": (ending(node("ReduceSum", ["z"], ["s"], keepdims=0), node("Greater", ["s", "o"], ["g"]),
                                node("If", ["g"], ["y"], then_branch=branch, else_branch=branch), o=np.float32(0)),
                         ["Greater", "jumps"]),
        "loop": (ending(node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch), yes=np.array(True)),
                 ["If", "control flow"]),
        "random": (one("RandomNormalLike"), ["RandomNormalLike", "not supported"]),
        "lp_norm": (one("LpNormalization"), ["LpNormalization", "curved"]),
        "response_norm": (model([node("LRN", ["x"], ["y"], size=3)], {}, [1, 5, 2, 2]), ["LRN", "curved"]),
        "training": (training, ["BatchNormalization", "training mode"]),
        "dropout_training": (ending(node("Dropout", ["z", "r", "yes"], ["y"]), r=np.float32(0.5), yes=np.array(True)),
                             ["Dropout", "training mode"]),
        "infinite_weights": (model(mlp(rng, "y")[0], infinite, ["n", 5]), ["Gemm", "W"]),
        "unknown_extent": (model([node("Relu", ["x"], ["y"])], {}, ["n", "m"]), ["extent 2", "only the first may vary"]),
        "two_inputs": (model([node("Add", ["x", "w"], ["y"])], {}, ["n", 5], shapes=[("w", ["n", 5])]), ["two inputs"]),
        "normalizer": (model([node("Normalizer", ["x"], ["y"], domain=ML, norm="L2")], {}, ["n", 5]),
                       ["Normalizer", "curved"]),
        "binarizer": (model([node("Binarizer", ["x"], ["y"], domain=ML, threshold=0.5)], {}, ["n", 5]),
                      ["Binarizer", "jumps"]),
        "imputer_of_zeros": (model([node("Imputer", ["x"], ["y"], domain=ML, imputed_value_floats=[1.0],
                                         replaced_value_float=0.0)], {}, ["n", 5]), ["Imputer", "jumps"]),
    }


def written_by_keras(folder):
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    from keras import layers as k
    keras.utils.set_random_seed(5)
    image = k.Input((6, 6, 2))
    residual = k.Add()([k.Conv2D(2, 3, padding="same", activation="relu")(image), image])
    models = {
        "keras_batch_norm": keras.Sequential([
            k.Input((8, 8, 3)), k.Conv2D(4, 3, padding="same"), k.BatchNormalization(), k.ReLU(), k.MaxPooling2D(),
            k.Flatten(), k.Dense(4, activation="softmax")]),
        "keras_dense": keras.Sequential([k.Input((5,)), k.Dense(6), k.BatchNormalization(), k.LeakyReLU(), k.Dropout(0.5),
                                         k.Dense(3)]),
        "keras_residual": keras.Model(image, k.Dense(3)(k.GlobalAveragePooling2D()(residual))),
        "keras_separable": keras.Sequential([k.Input((6, 6, 2)), k.SeparableConv2D(3, 3, activation="relu6"),
                                             k.AveragePooling2D(2), k.Flatten(), k.Dense(3)]),
        "keras_transposed": keras.Sequential([k.Input((3, 3, 1)), k.Conv2DTranspose(2, 3, strides=2, padding="same"),
                                              k.ReLU(), k.UpSampling2D(2), k.ZeroPadding2D(1), k.Flatten(), k.Dense(3)]),
    }
    rng = np.random.default_rng(6)
    for name, net in models.items():
        net(np.zeros((1, *net.input_shape[1:]), np.float32))
        net.set_weights([np.abs(w) if "var" in v.path else w for v, w in (
            (v, 0.5 * rng.normal(size=v.shape)) for v in net.weights)])
        net.export(str(folder / f"{name}.onnx"), format="onnx", verbose=False)


def random_graph(rng):
    """A few layers over [1, 2, 5, 5], with branches."""
    nodes, tensors, value, shape, count = [], {}, "x", [2, 5, 5], 0

    def add(op, inputs, **attributes):
        nonlocal count
        count += 1
        nodes.append(node(op, inputs, [f"v{count}"], **attributes))
        return f"v{count}"

    def constant(array):
        tensors[f"c{len(tensors)}"] = array
        return f"c{len(tensors) - 1}"

    for _ in range(rng.integers(2, 6)):
        kind = rng.integers(0, 9)
        if kind == 0:
            outs, dilation = int(rng.integers(1, 4)), int(rng.integers(1, 3))
            kernel = constant(floats(rng, outs, shape[0], 3, 3))
            value = add("Conv", [value, kernel], pads=[dilation] * 4, dilations=[dilation] * 2)
            shape = [outs, *shape[1:]]
        elif kind == 1:
            value = add("Relu", [value])
        elif kind == 2 and min(shape[1:]) >= 3:
            op = rng.choice(["MaxPool", "AveragePool"])
            value = add(op, [value], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
            shape = [shape[0], *((s - 1) // 2 + 1 for s in shape[1:])]
        elif kind == 3:
            value = add("Add", [value, add("Relu", [add("Mul", [value, constant(floats(rng, *shape))])])])
        elif kind == 4:
            value = add("LeakyRelu", [value], alpha=float(rng.uniform(-0.5, 0.8)))
        elif kind == 5:
            value = add("Concat", [add("Abs", [value]), value], axis=1)
            shape = [2 * shape[0], *shape[1:]]
        elif kind == 6:
            value = add(rng.choice(["Max", "Min"]), [value, add("Neg", [value]), constant(floats(rng, 1))])
        elif kind == 7:
            value = add("Clip", [value, constant(np.float32(-1)), constant(np.float32(0.7))])
        else:
            value = add("Transpose", [value], perm=[0, 1, 3, 2])
            shape = [shape[0], shape[2], shape[1]]
    flat = add("Flatten", [value])
    nodes.append(node("Gemm", [flat, constant(floats(rng, int(np.prod(shape)), 3))], ["y"]))
    return model(nodes, tensors, [1, 2, 5, 5])
