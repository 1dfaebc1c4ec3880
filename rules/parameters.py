from __future__ import annotations

import numpy as np


class Resolved:
    def __init__(self, catalogue, changes=None, n=0):
        self.v = {(r.id, p.name): p.default for r in catalogue for p in r.parameters}
        self.v.update(changes or {})

    def of_sensors(self, rule_id, name, slots):
        return np.full(len(slots), self.v[rule_id, name])

    def of_site(self, rule_id, name, slot):
        return self.v[rule_id, name]

    def of_zone(self, rule_id, name, slot):
        return self.v[rule_id, name]


class Parameters:
    def __init__(self, catalogue, changes=None):
        self.c = catalogue
        self.changes = changes
        self.version = "x"

    @staticmethod
    def built_in(catalogue):
        return Parameters(catalogue)

    def resolve(self, roster):
        return Resolved(self.c, self.changes)
