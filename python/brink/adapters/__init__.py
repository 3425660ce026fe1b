"""brink where other packages expect their own: each module needs the package it is for.

- `brink.adapters.attack`: exact attacks, called as foolbox's are (nothing else is needed);
- `brink.adapters.verona`: an `EpsilonValueEstimator` for ada-verona;
- `brink.adapters.gurobi`: proven bounds for the variables of a gurobi-machinelearning model;
- `brink.adapters.omlt`: a network and proven bounds for an OMLT model.
"""
