"""The adapters, each beside the package it is for."""

import numpy as np
import pytest

import brink
from brink.adapters.attack import ExactAttack, attack
from conftest import random_layers


def test_attacks_are_called_as_foolbox_calls_them(net):
    X = np.random.default_rng(2).uniform(size=(6, 4))
    labels = net.classify(X)
    labels[0] = (labels[0] + 1) % 3
    exact = ExactAttack("linf")
    raw, clipped, success = exact(net, X, labels, epsilons=[0.0, 0.05, 0.5])
    assert len(raw) == len(clipped) == 3 and success.shape == (3, 6)
    for level, advs, ok in zip([0.0, 0.05, 0.5], clipped, success):
        assert np.abs(advs - X).max() <= level + 1e-12
        assert (ok == [a.status == "misclassified" or (a.distance is not None and a.distance <= level)
                       for a in exact.answers]).all()
        assert (net.classify(advs[ok]) != labels[ok]).all()
    assert success[:, 0].all()
    _, advs, ok = attack(net, X, labels, norm="l1")
    assert advs.shape == X.shape and (net.classify(advs[ok]) != labels[ok]).all()


def test_attacks_on_torch_tensors():
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    module = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    images = torch.rand(4, 4)
    labels = module(images).argmax(dim=1)
    raw, clipped, success = attack(module, images, labels, bounds=(-5, 5))
    assert isinstance(raw, torch.Tensor) and raw.dtype == images.dtype and success.dtype == torch.bool
    assert (module(raw[success]).argmax(dim=1) != labels[success]).all() and success.any()


def test_verona_estimator(tmp_path):
    pytest.importorskip("ada_verona.epsilon_value_estimator.epsilon_value_estimator")
    torch = pytest.importorskip("torch")
    from ada_verona.database.dataset.data_point import DataPoint
    from ada_verona.database.machine_learning_model.onnx_network import ONNXNetwork
    from ada_verona.database.verification_context import VerificationContext
    from ada_verona.verification_module.property_generator.one2any_property_generator import One2AnyPropertyGenerator

    from brink.adapters.verona import ExactEpsilonValueEstimator

    net = brink.load(random_layers([4, 6, 5, 3], seed=5))
    net.save(tmp_path / "net.onnx")
    x = np.array([0.5, 0.4, 0.6, 0.5])
    context = VerificationContext(ONNXNetwork(tmp_path / "net.onnx"), DataPoint("0", net.classify(x), torch.tensor(x)),
                                  tmp_path / "run", One2AnyPropertyGenerator(number_classes=3))
    result = ExactEpsilonValueEstimator(time_limit=20).compute_epsilon_value(context)
    answer = net.closest(x)
    assert result.epsilon == answer.bound and result.smallest_sat_value == answer.distance
    assert result.to_dict()["network"] == "net" and result.to_dict()["verifier"] == "brink"


def mlp(inputs=6):
    neural = pytest.importorskip("sklearn.neural_network")
    draw = np.random.default_rng(0)
    X = draw.uniform(size=(400, inputs))
    y = np.sin(4 * X).sum(axis=1) + X[:, 0] * X[:, 1]
    return neural.MLPRegressor(hidden_layer_sizes=(14, 10), max_iter=400, random_state=0).fit(X, y)


@pytest.mark.parametrize("method", ["symbolic", "exact"])
def test_bounds_for_gurobi_machinelearning(method):
    gurobi = pytest.importorskip("gurobipy")
    ml = pytest.importorskip("gurobi_ml")
    from brink.adapters.gurobi import hand_bounds

    regressor = mlp()
    net = brink.load(regressor)

    def solve(bounds):
        with gurobi.Env(params={"OutputFlag": 0}) as env, gurobi.Model(env=env) as model:
            x = model.addMVar((1, 6), lb=0.0, ub=1.0)
            y = model.addMVar((1, 1), lb=-gurobi.GRB.INFINITY)
            made = ml.add_predictor_constr(model, regressor, x, y)
            if bounds is not None:
                hand_bounds(made, bounds)
            model.setObjective(y.sum(), gurobi.GRB.MAXIMIZE)
            model.optimize()
            assert model.Status == gurobi.GRB.OPTIMAL
            return model.ObjVal

    best = net.maximise((3, 0))
    assert best.status == "optimal"
    assert solve(None) == pytest.approx(best.activation, abs=1e-3)
    assert solve(net.bounds(method)) == pytest.approx(best.activation, abs=1e-3)
    with gurobi.Env(params={"OutputFlag": 0}) as env, gurobi.Model(env=env) as model:
        x = model.addMVar((1, 6), lb=0.0, ub=2.0)
        made = ml.add_predictor_constr(model, regressor, x)
        with pytest.raises(brink.RequestError, match="leave the box"):
            hand_bounds(made, net.bounds())
        with pytest.raises(brink.RequestError, match="units"):
            hand_bounds(made, brink.load(random_layers([6, 5, 1])).bounds(box=(0, 2)))


def test_bounds_for_omlt():
    pyo = pytest.importorskip("pyomo.environ")
    omlt = pytest.importorskip("omlt")
    pytest.importorskip("gurobipy")
    from omlt.neuralnet import ReluBigMFormulation

    from brink.adapters.omlt import hand_bounds, network_definition

    net = brink.load(mlp())
    bounds = net.bounds("exact")

    def solve(tight):
        model = pyo.ConcreteModel()
        model.net = omlt.OmltBlock()
        definition = network_definition(net)
        model.net.build_formulation(ReluBigMFormulation(definition))
        if tight:
            assert hand_bounds(model.net, definition, bounds) == bounds.unstable
            with pytest.raises(brink.RequestError, match="leave the box"):
                hand_bounds(model.net, definition, net.bounds(box=(0.2, 0.8)))
        model.best = pyo.Objective(expr=model.net.outputs[0], sense=pyo.maximize)
        solver = pyo.SolverFactory("gurobi_direct")
        if not solver.available(exception_flag=False):
            pytest.skip("Pyomo finds no Gurobi")
        solver.solve(model)
        return pyo.value(model.best)

    best = net.maximise((3, 0)).activation
    assert solve(False) == pytest.approx(best, abs=1e-3)
    assert solve(True) == pytest.approx(best, abs=1e-3)
