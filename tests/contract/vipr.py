"""A reader of VIPR certificates of infeasibility (steps asm, lin and uns), in fractions: what tools/export_certificate.py writes, held against the format's own words."""

from fractions import Fraction as F


class Wrong(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Wrong(why)


class Constraint:
    def __init__(self, sense, rhs, terms, assumptions=frozenset()):
        self.sense, self.rhs, self.terms, self.assumptions = sense, rhs, terms, assumptions

    def dominates(self, other):
        """Whoever meets this meets the other, which may be weaker; an absurdity dominates everything."""
        mine = {v: c for v, c in self.terms.items() if c}
        if not mine and ((self.sense in "GE" and self.rhs > 0) or (self.sense in "LE" and self.rhs < 0)):
            return True
        if mine != {v: c for v, c in other.terms.items() if c}:
            return False
        at_least, at_most = self.sense in "GE" and self.rhs >= other.rhs, self.sense in "LE" and self.rhs <= other.rhs
        return {"G": at_least, "L": at_most, "E": self.sense == "E" and self.rhs == other.rhs}[other.sense]


def combination(parts, known):
    signs = {m * {"G": 1, "L": -1}[known[i].sense] > 0 for i, m in parts if m and known[i].sense != "E"}
    demand(len(signs) < 2, "multipliers whose signs do not fit")
    terms = {}
    for i, m in parts:
        for v, c in known[i].terms.items():
            terms[v] = terms.get(v, F(0)) + m * c
    sense = "E" if not signs else "G" if True in signs else "L"
    return Constraint(sense, sum((m * known[i].rhs for i, m in parts), F(0)), terms, frozenset().union(*(known[i].assumptions for i, _ in parts)))


def check(text):
    """Raises Wrong, unless the file proves that its program has no solution. Returns (constraints, steps)."""
    words = iter(text.split())
    take = lambda: next(words)
    number = lambda: F(take())
    index = lambda most: (i := int(take()), demand(0 <= i < most, "an index out of range"))[0]

    def section(name):
        demand(take() == name, f"expected {name}")

    try:
        section("VER")
        take()
        section("VAR")
        count = int(take())
        for _ in range(count):
            take()
        section("INT")
        whole = {index(count) for _ in range(int(take()))}
        section("OBJ")
        take()
        demand(int(take()) == 0, "an objective")
        section("CON")
        rows, _ = int(take()), take()
        known = []

        def constraint():
            take()
            sense, rhs = take(), number()
            demand(sense in ("G", "L", "E"), "no sense")
            return Constraint(sense, rhs, {index(count): number() for _ in range(int(take()))})

        for _ in range(rows):
            known.append(constraint())
        section("RTP")
        demand(take() == "infeas", "not of infeasibility")
        section("SOL")
        demand(int(take()) == 0, "a solution")
        section("DER")
        steps = int(take())
        for _ in range(steps):
            new = constraint()
            demand(take() == "{", "no reason")
            kind = take()
            if kind == "asm":
                new.assumptions = frozenset({len(known)})
            elif kind == "lin":
                parts = [(index(len(known)), number()) for _ in range(int(take()))]
                demand(len({i for i, _ in parts}) == len(parts), "a constraint twice")
                sum_ = combination(parts, known)
                demand(sum_.dominates(new), "a sum that does not say so")
                new.assumptions = sum_.assumptions
            else:
                demand(kind == "uns", f"a step {kind}")
                i, less, j, more = (index(len(known)) for _ in range(4))
                below, above = known[less], known[more]
                demand((below.sense, above.sense) == ("L", "G") and below.terms == above.terms and above.rhs == below.rhs + 1 and below.rhs.denominator == 1
                       and all(v in whole and c.denominator == 1 for v, c in below.terms.items()), "two assumptions that are no split")
                demand(known[i].dominates(new) and known[j].dominates(new), "a split's end that does not say so")
                new.assumptions = (known[i].assumptions - {less}) | (known[j].assumptions - {more})
            demand(take() == "}" and take() == "-1", "an end of a step")
            known.append(new)
    except (StopIteration, ValueError, ZeroDivisionError) as error:
        raise Wrong(f"cannot be read: {error!r}") from error
    last = known[-1]
    demand(not any(last.terms.values()) and not last.assumptions and (last.rhs > 0 if last.sense == "G" else last.rhs < 0 if last.sense == "L" else last.rhs != 0), "the last step is no absurdity")
    return rows, steps
