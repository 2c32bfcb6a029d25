"""How fast the algebra expands a model: against plain Pyomo, linopy and hand-written numpy, on the same data, with the same matrices."""
