"""Everything that becomes a network, and what it computes."""

import pickle

import numpy as np
import pytest

import brink
from conftest import random_layers


def plain(layers, x):
    for k, (weights, bias) in enumerate(layers):
        x = weights @ x + bias
        if k + 1 < len(layers):
            x = np.maximum(x, 0)
    return x


def test_weights_compute_what_they_say(net, layers):
    x = np.random.default_rng(1).uniform(size=(7, 4))
    expected = np.array([plain(layers, row) for row in x])
    np.testing.assert_allclose(net(x), expected, atol=1e-12)
    np.testing.assert_allclose(net(x[0]), expected[0], atol=1e-12)
    assert net.classify(x).tolist() == expected.argmax(axis=1).tolist()
    assert net.inputs == 4 and net.outputs == 3 and len(net.layers) == 3
    np.testing.assert_array_equal(net.layers[1].weights, layers[1][0])
    np.testing.assert_array_equal(net.layers[1].bias, layers[1][1])
    assert net.layers[0].relu.all() and not net.layers[2].relu.any()
    rows, columns, values = net.layers[0].triplets
    np.testing.assert_array_equal(values, layers[0][0][rows, columns])


def test_info_is_the_command_lines(net):
    info = net.info()
    assert info["inputs"] == 4 and info["hidden_relus"] == 11 and info["hash"] == net.hash
    assert info["format"] == "weights"


def test_files_bytes_and_pickles(net, tmp_path):
    x = np.random.default_rng(1).uniform(size=(5, 4))
    for ending in (".onnx", ".nnet"):
        path = tmp_path / f"my.net{ending}"
        net.save(path)
        read = brink.load(path)
        assert read.name == "my.net"
        np.testing.assert_allclose(read(x), net(x), atol=1e-9)
        again = pickle.loads(pickle.dumps(read))
        path.unlink()
        assert again.hash == read.hash and again.name == read.name
        np.testing.assert_array_equal(again(x), read(x))
    assert pickle.loads(pickle.dumps(net)).hash == net.hash
    assert brink.load(net) is net


def test_reading_options(net):
    normalised = brink.load(net._source.payload, mean=0.5, std=[2, 2, 2, 2])
    x = np.random.default_rng(1).uniform(size=4)
    np.testing.assert_allclose(normalised(x), net((x - 0.5) / 2), atol=1e-12)
    assert pickle.loads(pickle.dumps(normalised)).hash == normalised.hash
    assert (brink.load(net._source.payload, output="relu")(x) >= 0).all()


def test_shapes_of_inputs(net):
    one = np.array([0.1, 0.2, 0.3, 0.4])
    assert net(one).shape == (3,) and net(one.reshape(2, 2)).shape == (3,)
    assert net(one.reshape(1, 4)).shape == (1, 3) and net(np.tile(one, (6, 1)).reshape(6, 2, 2)).shape == (6, 3)
    np.testing.assert_allclose(net(np.array([255, 0, 51, 0], dtype=np.uint8)), net([1.0, 0.0, 0.2, 0.0]))


@pytest.mark.parametrize("x, word", [
    ([1.0, 2.0], "shape"), ([np.nan] * 4, "NaN"), (["a"] * 4, "not numbers"), ([1j] * 4, "complex"),
])
def test_inputs_that_are_none(net, x, word):
    with pytest.raises(brink.RequestError, match=word):
        net(x)


@pytest.mark.parametrize("x, word", [
    ([], "empty"), ([([[1, 2]], [0, 0])], "transpose"), ([([[1, 2]], [0]), ([[1, 2]], [0])], "layer 2 takes 2"),
    ([([[np.inf, 2]], [0])], "layer 1"), ([1], "pair"), ([([1, 2], [1])], "shape"), (b"no onnx", "network"),
    ("/nowhere/net.onnx", "/nowhere/net.onnx"), (3.5, "float is no network"),
])
def test_what_is_no_network(x, word):
    with pytest.raises(brink.RequestError, match=word) as caught:
        brink.load(x)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_onnx_model():
    onnx = pytest.importorskip("onnx")
    net = brink.load(random_layers([3, 4, 2]))
    model = onnx.load_from_string(net._net.onnx())
    again = brink.load(model)
    assert again.hash == net.hash
    assert brink.load(model.SerializeToString()).hash == net.hash


def test_torch_modules():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Dropout(0.5),
                                 torch.nn.Linear(5, 3))
    module.train()
    net = brink.load(module)
    assert module.training and net.name == "Sequential"
    x = torch.rand(4, 6)
    module.eval()
    np.testing.assert_allclose(net(x), module(x).detach().numpy(), atol=1e-5)
    np.testing.assert_allclose(pickle.loads(pickle.dumps(net))(x), net(x))
    with pytest.raises(brink.RequestError, match="example"):
        brink.load(torch.nn.Conv2d(1, 2, 3))
    with pytest.raises(brink.RequestError, match="LSTM|example"):
        brink.load(torch.nn.LSTM(3, 4), example=torch.zeros(1, 3))


def test_torch_convolutions():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
                                 torch.nn.Linear(8, 3))
    net = brink.load(module, example=torch.zeros(1, 1, 6, 6))
    x = torch.rand(3, 1, 6, 6)
    module.eval()
    np.testing.assert_allclose(net(x), module(x).detach().numpy(), atol=1e-5)
    assert net.input_shape == (1, 1, 6, 6) and net(x[0]).shape == (3,)
    answer = net.closest(x[0], box=(-9, 9), time_limit=20)
    assert answer.x.shape == (1, 6, 6) and answer.verified
    assert answer._repr_html_().count("<img") == 3


@pytest.mark.parametrize("classes", [2, 3])
def test_scikit_learn_mlp(classes):
    neural = pytest.importorskip("sklearn.neural_network")
    draw = np.random.default_rng(0)
    X = draw.uniform(size=(200, 4))
    y = np.array(["ant", "bee", "cat"])[np.floor(X[:, 0] * classes).astype(int)]
    mlp = neural.MLPClassifier(hidden_layer_sizes=(6,), max_iter=300, random_state=0).fit(X, y)
    net = brink.load(mlp)
    assert net.classes == list(mlp.classes_)
    predicted = mlp.classes_[net.classify(X)]
    assert (predicted == mlp.predict(X)).all()
    other = mlp.classes_[(net.classify(X[0]) + 1) % classes]
    answer = net.closest(X[0], target=str(other), norm="l1")
    assert answer.status == "optimal"
    assert mlp.predict(answer.x.reshape(1, -1))[0] == mlp.classes_[answer.target] == other


def test_scikit_learn_regressor_and_pipeline():
    neural = pytest.importorskip("sklearn.neural_network")
    pytest.importorskip("skl2onnx")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    draw = np.random.default_rng(0)
    X = draw.uniform(size=(200, 3))
    mlp = neural.MLPRegressor(hidden_layer_sizes=(5,), max_iter=300, random_state=0).fit(X, X.sum(axis=1))
    net = brink.load(mlp)
    np.testing.assert_allclose(net(X)[:, 0], mlp.predict(X), atol=1e-9)
    answer = net.closest(X[0], above=float(net(X[0])[0]) + 0.1, norm="l1")
    assert answer.status == "optimal" and answer.label is None
    pipeline = make_pipeline(StandardScaler(), neural.MLPClassifier(hidden_layer_sizes=(5,), max_iter=200, random_state=0))
    pipeline.fit(X, (X[:, 0] > 0.5).astype(int))
    net = brink.load(pipeline)
    assert (net.classify(X) == pipeline.predict(X)).mean() > 0.99
    with pytest.raises(brink.RequestError, match="not fitted"):
        brink.load(neural.MLPClassifier())
