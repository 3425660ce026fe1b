#!/usr/bin/env python3
"""Small exported networks of tests/data/zoo, what they compute, and networks that must be refused.

    python3 -m venv venv && venv/bin/pip install torch keras onnx onnxruntime onnxscript scikit-learn skl2onnx
    venv/bin/python tools/make_zoo.py tests/data/zoo
    venv/bin/python tools/make_zoo.py --fuzz 200 build/release/brink

Written once with torch 2.15 (the older exporter, *_old, and the newer, *_new), Keras 3.15, scikit-learn 1.9 and
skl2onnx 1.20. The second form holds brink against onnxruntime on random graphs. expected.json holds inputs and the outputs that onnx's reference evaluator gives for a copy of the file in
double precision, before any final Softmax; refused.json the words that an error has to have.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto as t
from onnx import helper as h
from onnx import numpy_helper as nh
from onnx.reference import ReferenceEvaluator
from torch import nn
from torch.nn import functional as F

import zoo_by_hand

HALF = (t.FLOAT, t.FLOAT16)
ENDINGS = ("Softmax", "LogSoftmax", "Hardmax", "Sigmoid", "ArgMax")
warnings.filterwarnings("ignore")


class Net(nn.Module):
    """Layers by name and a function of them."""

    def __init__(self, forward, **layers):
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)
        self.function = forward

    def forward(self, x):
        return self.function(self, x)


def conv(ins, outs, kernel=3, **options):
    return nn.Conv2d(ins, outs, kernel, **options)


def with_statistics(model, shape):
    """Batch norms and slopes that are not where training starts."""
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
        if isinstance(module, nn.PReLU):
            nn.init.normal_(module.weight, 0.2, 0.3)
    return model.eval()


def lenet(ins=1, size=6):
    return nn.Sequential(conv(ins, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3 * (size // 2 - 1) ** 2, 4))


def basic_block(s, x):
    a = F.relu(s.b1(s.c1(x)))
    return s.out(F.relu(s.b2(s.c2(a)) + s.short(x)).flatten(1))


def dense_block(s, x):
    a = torch.cat([x, F.relu(s.c1(x))], 1)
    b = torch.cat([a, F.relu(s.c2(a))], 1)
    return s.out(F.adaptive_avg_pool2d(b, 1).flatten(1))


def inverted_residual(s, x):
    return s.out((x + s.project(F.relu6(s.depth(F.relu6(s.expand(x)))))).flatten(1))


def chunked(s, x):
    a, b, c = s.first(x).split([3, 2, 3], 1)
    return s.out(torch.cat([F.relu(a), b, -c.abs()], 1)) + a


def normalised(s, x):
    mean, deviation = torch.tensor([0.5, 0.4, 0.3]).view(1, 3, 1, 1), torch.tensor([0.2, 0.3, 0.25]).view(1, 3, 1, 1)
    return s.net((x - mean) / deviation)


def read_networks():
    """name: (model, shape of an input)"""
    image, wide, flat, colour = (1, 1, 6, 6), (1, 2, 6, 6), (1, 5), (1, 3, 6, 6)
    linear, relu = nn.Linear, nn.ReLU()
    return {
        "conv_pool": (lenet(), image),
        "three_colours": (lenet(3), colour),
        "normalised": (Net(normalised, net=lenet(3)), colour),
        "softmax": (nn.Sequential(lenet(), nn.Softmax(1)), image),
        "batch_of_four": (lenet(), (4, 1, 6, 6)),
        "residual_sum": (Net(lambda s, x: s.out(x + F.relu(s.b(F.relu(s.a(x))))), a=linear(5, 4), b=linear(4, 5),
                             out=linear(5, 3)), flat),
        "residual_deep": (Net(lambda s, x: s.out(s.l2(s.l1(x).relu() + x).relu() + s.l3(x)), l1=linear(5, 5),
                              l2=linear(5, 6), l3=linear(5, 6), out=linear(6, 3)), flat),
        "basic_block": (Net(basic_block, c1=conv(2, 3, stride=2, padding=1, bias=False), b1=nn.BatchNorm2d(3),
                            c2=conv(3, 3, padding=1, bias=False), b2=nn.BatchNorm2d(3),
                            short=nn.Sequential(conv(2, 3, 1, stride=2, bias=False), nn.BatchNorm2d(3)),
                            out=linear(27, 3)), wide),
        "dense_block": (Net(dense_block, c1=conv(2, 2, padding=1), c2=conv(4, 2, padding=1), out=linear(6, 3)), wide),
        "concat_branches": (Net(lambda s, x: s.out(torch.cat([F.relu(s.a(x)), s.b(x), x], 1)), a=linear(5, 4),
                                b=linear(5, 2), out=linear(11, 3)), flat),
        "batchnorm_conv": (nn.Sequential(nn.BatchNorm2d(2), conv(2, 3), nn.BatchNorm2d(3), relu, nn.BatchNorm2d(3),
                                         nn.Flatten(), linear(48, 3)), wide),
        "batchnorm_flat": (nn.Sequential(linear(5, 4), relu, nn.BatchNorm1d(4), linear(4, 3)), flat),
        "leaky_relu": (nn.Sequential(linear(5, 6), nn.LeakyReLU(0.1), linear(6, 4), nn.LeakyReLU(0.2), linear(4, 3)), flat),
        "prelu": (nn.Sequential(conv(2, 3), nn.PReLU(3), nn.Flatten(), linear(48, 4), nn.PReLU(), linear(4, 3)), wide),
        "average_pool": (nn.Sequential(conv(1, 2, padding=1), nn.AvgPool2d(3, 2, 1), relu, nn.Flatten(),
                                       linear(18, 3)), image),
        "average_pool_inside": (nn.Sequential(nn.AvgPool2d(3, 2, 1, count_include_pad=False), relu, nn.Flatten(),
                                              linear(9, 3)), image),
        "global_average": (nn.Sequential(conv(2, 4), relu, nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear(4, 3)), wide),
        "global_max": (nn.Sequential(conv(1, 2, stride=2), nn.AdaptiveMaxPool2d(1), nn.Flatten(), linear(2, 3)), image),
        "overlapping_pool": (nn.Sequential(conv(1, 2, padding=1), relu, nn.MaxPool2d(3, 2, 1, ceil_mode=True),
                                           nn.Flatten(), linear(32, 3)), image),
        "relu6": (nn.Sequential(linear(5, 6), nn.ReLU6(), linear(6, 3)), flat),
        "hardtanh": (nn.Sequential(linear(5, 6), nn.Hardtanh(-0.5, 0.75), linear(6, 3)), flat),
        "hardsigmoid": (nn.Sequential(linear(5, 6), nn.Hardsigmoid(), linear(6, 3)), flat),
        "clamp": (Net(lambda s, x: s.out(s.a(x).clamp(max=0.3)), a=linear(5, 6), out=linear(6, 3)), flat),
        "absolute": (Net(lambda s, x: s.out(s.a(x).abs()), a=linear(5, 6), out=linear(6, 3)), flat),
        "strided_dilated": (nn.Sequential(conv(1, 3, (3, 2), stride=(2, 1), dilation=(1, 2), padding=(1, 2)), relu,
                                          nn.Flatten(), linear(72, 3)), image),
        "depthwise": (nn.Sequential(conv(2, 4, groups=2), relu, conv(4, 2, 1), relu, nn.Flatten(), linear(32, 3)), wide),
        "conv1d": (nn.Sequential(nn.Conv1d(2, 3, 3, padding=1), relu, nn.MaxPool1d(2), nn.Flatten(), linear(12, 3)),
                   (1, 2, 8)),
        "transposed": (nn.Sequential(linear(5, 8), relu, nn.Unflatten(1, (2, 2, 2)),
                                     nn.ConvTranspose2d(2, 1, 3, stride=2, padding=1, output_padding=1), relu,
                                     nn.Flatten(), linear(16, 3)), flat),
        "transposed_1d": (nn.Sequential(nn.ConvTranspose1d(2, 4, 3, stride=2, dilation=2), relu,
                                            nn.Flatten(), linear(44, 3)), (1, 2, 4)),
        "padded": (nn.Sequential(nn.ReflectionPad2d(2), conv(1, 2, stride=2), nn.ReplicationPad2d((1, 0, 0, 2)), relu,
                                 nn.ConstantPad2d((0, 1, 1, 0), 0.5), nn.Flatten(), linear(84, 3)), image),
        "split": (Net(chunked, first=linear(5, 8), out=linear(8, 3)), flat),
        "largest_of_branches": (Net(lambda s, x: s.out(torch.maximum(s.a(x), s.b(x)).minimum(x)), a=linear(5, 5),
                                    b=linear(5, 5), out=linear(5, 3)), flat),
        "maxout": (Net(lambda s, x: s.out(s.a(x).view(-1, 4, 3).amax(2)), a=linear(5, 12), out=linear(4, 3)), flat),
        "reduced": (Net(lambda s, x: s.out(torch.cat([s.c(x).mean((2, 3)), x.sum(3).amin(2)], 1)), c=conv(2, 3),
                        out=linear(5, 3)), wide),
        "upsampled": (nn.Sequential(conv(1, 2, stride=2), nn.Upsample(scale_factor=2), conv(2, 1, 2), relu, nn.Flatten(),
                                    linear(9, 3)), image),
        "pixel_shuffle": (nn.Sequential(conv(1, 4, stride=2), nn.PixelShuffle(2), relu, nn.Flatten(), linear(16, 3)), image),
        "inverted_residual": (Net(inverted_residual, expand=conv(2, 4, 1), depth=conv(4, 4, padding=1, groups=4),
                                  project=conv(4, 2, 1), out=linear(72, 3)), wide),
        "rolled": (Net(lambda s, x: s.out(F.relu(s.a(x.flip(1))) + torch.stack([x[:, 0], x[:, 2]], 1)), a=linear(5, 2),
                       out=linear(2, 3)), flat),
        "patches": (Net(lambda s, x: s.out(F.relu(x.unfold(2, 2, 2).unfold(3, 2, 2).reshape(-1, 36))), out=linear(36, 3)),
                    image),
        "weight_norm": (nn.Sequential(nn.utils.weight_norm(linear(5, 4)), relu, linear(4, 3)), flat),
        "dropout": (nn.Sequential(conv(1, 2), nn.Dropout2d(), relu, nn.Flatten(), nn.Dropout(), linear(32, 3)), image),
    }


def refused_networks():
    """name: (model, shape, words of the error)"""
    flat, image = (1, 5), (1, 2, 6, 6)
    a, out = nn.Linear(5, 4), nn.Linear(4, 3)
    around = lambda layer: (nn.Sequential(a, layer, out), flat)
    excite = lambda s, x: s.out((x * s.b(F.relu(s.a(x)))))
    return {
        "gelu": (*around(nn.GELU()), ["Erf", "curved"]),
        "tanh": (*around(nn.Tanh()), ["Tanh", "curved"]),
        "sigmoid": (*around(nn.Sigmoid()), ["Sigmoid", "end"]),
        "elu": (*around(nn.ELU()), ["Elu", "curved"]),
        "selu": (*around(nn.SELU()), ["Selu", "curved"]),
        "softplus": (*around(nn.Softplus()), ["Softplus", "curved"]),
        "silu": (*around(nn.SiLU()), ["Sigmoid"]),
        "hardswish": (*around(nn.Hardswish()), ["HardSwish", "curved"]),
        "hardshrink": (*around(nn.Hardshrink()), ["jumps"]),
        "layer_norm": (*around(nn.LayerNorm(4)), ["LayerNormalization", "curved"]),
        "instance_norm": (nn.Sequential(nn.InstanceNorm2d(2), nn.Flatten(), nn.Linear(72, 3)), image,
                          ["InstanceNormalization", "curved"]),
        "bilinear": (nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), nn.Flatten(), nn.Linear(288, 3)), image,
                     ["Resize", "nearest"]),
        "gate": (Net(excite, a=nn.Linear(5, 4), b=nn.Linear(4, 5), out=nn.Linear(5, 3)), flat, ["Mul", "multiplies"]),
        "attention": (Net(lambda s, x: torch.softmax(s.a(x).view(1, 2, 2) @ s.b(x).view(1, 2, 2), 2).flatten(1),
                          a=nn.Linear(5, 4), b=nn.Linear(5, 4)), flat, ["MatMul", "multiplies"]),
        "top_two": (Net(lambda s, x: s.a(x).topk(2, 1).values, a=nn.Linear(5, 4)), flat, ["TopK", "jumps"]),
        "step": (Net(lambda s, x: s.out(s.a(x).sign()), a=nn.Linear(5, 4), out=out), flat, ["Sign", "jumps"]),
        "norm": (Net(lambda s, x: s.a(x).norm(dim=1), a=nn.Linear(5, 4)), flat, ["ReduceL2", "constants only"]),
        "lstm": (Net(lambda s, x: s.a(x)[0], a=nn.LSTM(5, 3)), (2, 1, 5), ["LSTM", "not supported"]),
    }


def export(path, model, shape, newer):
    torch.onnx.export(model, (torch.randn(shape),), str(path), dynamo=newer, input_names=["x"], output_names=["y"],
                      **({"external_data": False, "verbose": False} if newer else {"opset_version": 17}))
    written = onnx.load(path)
    if newer:  # without the exporter's notes on where in the source each node comes from
        for node in written.graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
        del written.graph.value_info[:], written.graph.metadata_props[:], written.metadata_props[:]
        for value in (*written.graph.input, *written.graph.output, *written.graph.initializer):
            del value.metadata_props[:]
    for node in written.graph.node:
        node.doc_string = ""
    onnx.save(written, path)


def written_by_scikit_learn(folder):
    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
    small = lambda: MLPClassifier(hidden_layer_sizes=(4,), max_iter=20, random_state=1)
    of_columns = lambda: make_pipeline(
        ColumnTransformer([("a", StandardScaler(), [0, 2]), ("b", "passthrough", [3, 1])]), small())
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 4)).astype(np.float32)
    for name, model in (("sklearn_columns", of_columns()), ("sklearn_imputed", make_pipeline(SimpleImputer(), small()))):
        onnx.save(to_onnx(model.fit(x, rng.integers(0, 3, 60)), x[:1], options={"zipmap": False}), folder / f"{name}.onnx")
    for name, model, y in (("sklearn_classifier", MLPClassifier(hidden_layer_sizes=(6, 5), max_iter=50, random_state=1), rng.integers(0, 3, 60)),
                           ("sklearn_regressor", MLPRegressor(hidden_layer_sizes=(6,), max_iter=50, random_state=1), x[:, 0])):
        pipeline = make_pipeline(StandardScaler(), MinMaxScaler(), model).fit(x, y)
        onnx.save(to_onnx(pipeline, x[:1], options={"zipmap": False} if "class" in name else None), folder / f"{name}.onnx")


def written_as_from_keras(folder):
    """As tf2onnx writes Keras: pictures with channels last, transposed; padding SAME; MatMul and Add."""
    rng = np.random.default_rng(4)
    f = lambda *s: rng.normal(size=s).astype(np.float32)
    node = h.make_node
    nodes = [node("Transpose", ["x"], ["a"], perm=[0, 3, 1, 2]),
             node("Conv", ["a", "K", "k"], ["b"], auto_pad="SAME_UPPER", strides=[2, 2]), node("Relu", ["b"], ["c"]),
             node("MaxPool", ["c"], ["d"], kernel_shape=[2, 2], auto_pad="SAME_UPPER", strides=[2, 2]),
             node("Transpose", ["d"], ["e"], perm=[0, 2, 3, 1]), node("Reshape", ["e", "s"], ["g"]),
             node("MatMul", ["g", "W"], ["i"]), node("Add", ["i", "w"], ["y"]), node("Softmax", ["y"], ["z"])]
    tensors = {"K": f(3, 3, 3, 3), "k": f(3), "s": np.array([-1, 12]), "W": f(12, 4), "w": f(4)}
    graph = h.make_graph(nodes, "keras", [h.make_tensor_value_info("x", t.FLOAT, ["n", 6, 6, 3])],
                         [h.make_tensor_value_info("z", t.FLOAT, ["n", 4])], [nh.from_array(a, n) for n, a in tensors.items()])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 15)])
    model.ir_version = 8
    onnx.save(model, folder / "as_from_keras.onnx")


def in_double(model):
    for value in (*model.graph.input, *model.graph.output):
        if value.type.tensor_type.elem_type in HALF:
            value.type.tensor_type.elem_type = t.DOUBLE
    for tensor in model.graph.initializer:
        if tensor.data_type in HALF:
            tensor.CopyFrom(nh.from_array(nh.to_array(tensor).astype("f8"), tensor.name))
    for node in model.graph.node:
        for a in node.attribute:
            if a.name == "value" and a.t.data_type in HALF:
                a.t.CopyFrom(nh.from_array(nh.to_array(a.t).astype("f8"), a.t.name))
            if node.op_type == "Cast" and a.name == "to" and a.i in HALF:
                a.i = t.DOUBLE
    return model


def expect_runtime(path, value, x, y):
    """onnxruntime, in float32, says the same but for rounding; some operators it has for fewer types."""
    import onnxruntime
    model = onnx.load(path)
    del model.graph.output[:]
    model.graph.output.append(h.make_tensor_value_info(value, t.FLOAT, None))
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString())
    except Exception as error:  # of its own classes
        print(f"{path.name}: not run by onnxruntime: {str(error)[:100]}")
        return
    found = session.run(None, {model.graph.input[0].name: x.astype("f4")})[0]
    scale = max(1, abs(y).max())
    if abs(found.reshape(y.shape) - y).max() > 1e-4 * scale:
        raise SystemExit(f"{path.name}: onnxruntime differs by {abs(found.reshape(y.shape) - y).max()}")


def fuzz(count, brink):
    import onnxruntime
    rng = np.random.default_rng(8)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for i in range(count):
            model = zoo_by_hand.random_graph(rng)
            onnx.save(model, folder / "net.onnx")
            x = 2 * rng.normal(size=(6, 2, 5, 5)).astype("f4")
            np.savez(folder / "x.npz", images=x.reshape(6, -1).astype("f8"))
            subprocess.run([brink, "eval", "net.onnx", "--inputs", "x.npz", "--outputs", "y.npz", "--quiet"], cwd=folder,
                           check=True, stdout=subprocess.DEVNULL)
            session = onnxruntime.InferenceSession(model.SerializeToString())
            theirs = np.concatenate([session.run(None, {"x": image[None]})[0] for image in x])
            ours = np.load(folder / "y.npz")["outputs"]
            if abs(ours - theirs).max() > 1e-4 * max(1, abs(theirs).max()):
                raise SystemExit(f"graph {i}: brink differs from onnxruntime by {abs(ours - theirs).max()}")
    print(f"{count} random graphs agree")


def expected(path):
    rng = np.random.default_rng(len(path.name))
    model = in_double(onnx.load(path))
    ends = [n.input[0] for n in model.graph.node if n.op_type in ENDINGS]
    value = ends[0] if ends else model.graph.output[-1].name
    del model.graph.output[:]
    model.graph.output.append(h.make_tensor_value_info(value, t.DOUBLE, None))
    dims = [d.dim_value or 1 for d in model.graph.input[0].type.tensor_type.shape.dim]
    run = ReferenceEvaluator(model)
    inputs, outputs = [], []
    for _ in range(3 if dims[0] == 1 else 1):
        x = 2 * rng.normal(size=dims).round(3)
        y = np.asarray(run.run(None, {model.graph.input[0].name: x})[0], "f8")
        expect_runtime(path, value, x, y)
        inputs += x.reshape(dims[0], -1).tolist()
        outputs += y.reshape(dims[0], -1).tolist()
    return {"inputs": inputs, "outputs": outputs}


def main():
    if sys.argv[1] == "--fuzz":
        return fuzz(int(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve())
    folder = pathlib.Path(sys.argv[1])
    (folder / "refused").mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    for name, (model, shape) in read_networks().items():
        with_statistics(model, shape)
        for newer in (False, True):
            export(folder / f"{name}_{'new' if newer else 'old'}.onnx", model, shape, newer)
    written_by_scikit_learn(folder)
    written_as_from_keras(folder)
    rng, words = np.random.default_rng(7), {}
    for name, model in zoo_by_hand.read_graphs(rng).items():
        onnx.save(model, folder / f"{name}.onnx")
    for name, (model, says) in zoo_by_hand.refused_graphs(rng).items():
        onnx.save(model, folder / "refused" / f"{name}.onnx")
        words[f"{name}.onnx"] = says
    for name, (model, shape, says) in refused_networks().items():
        export(folder / "refused" / f"{name}.onnx", model.eval(), shape, False)
        words[f"{name}.onnx"] = says
    zoo_by_hand.written_by_keras(folder)
    rows = [f'"{p.name}": {json.dumps(expected(p))}' for p in sorted(folder.glob("*.onnx"))]
    (folder / "expected.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")
    (folder / "refused.json").write_text(json.dumps(words, indent=1) + "\n")


if __name__ == "__main__":
    main()
