"""An EpsilonValueEstimator for ada-verona: the exact radius in one call, in place of a search over verifiers."""

import time

from .._load import load

try:
    from ada_verona.database.epsilon_value_result import EpsilonValueResult
    from ada_verona.epsilon_value_estimator.epsilon_value_estimator import EpsilonValueEstimator
except ImportError as error:
    raise ImportError(f"brink.adapters.verona needs the package ada-verona: {error}") from error


class ExactEpsilonValueEstimator(EpsilonValueEstimator):
    """Asks `Network.closest` for a data point's nearest adversarial example.

    `epsilon` of a result is the proven bound: nothing nearer is taken for another class, ties included.
    `smallest_sat_value` is the distance of the example found, 'undefined' where there is none. The box of inputs and a
    target class are the property generator's (`data_lb`, `data_ub`, `target_class`).
    norm: "linf" as ada-verona's properties have it, or another; options: of `Network.closest`.
    """

    def __init__(self, norm="linf", **options):
        super().__init__(epsilon_value_list=[], verifier=None)
        self.norm, self.options = norm, options
        self.answers = []  #: of all calls, in order
        self._networks = {}

    def compute_epsilon_value(self, verification_context):
        begun = time.time()
        point, generator = verification_context.data_point, verification_context.property_generator
        box = (getattr(generator, "data_lb", 0), getattr(generator, "data_ub", 1))
        answer = self._network(verification_context.network).closest(
            point.data, int(point.label), self.norm, target=getattr(generator, "target_class", None), box=box,
            **self.options)
        self.answers.append(answer)
        wrong = answer.status == "misclassified"
        distance = "undefined" if answer.distance is None else answer.distance
        return EpsilonValueResult(verification_context=verification_context, epsilon=0.0 if wrong else answer.bound,
                                  smallest_sat_value=0.0 if wrong else distance, time=time.time() - begun,
                                  verifier="brink")

    def _network(self, network):
        if network.name not in self._networks:
            path = getattr(network, "path", None)
            self._networks[network.name] = load(path if path is not None else network.load_pytorch_model())
        return self._networks[network.name]
