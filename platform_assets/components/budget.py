"""The Budget component: what a product, one of its assets or one of its owners may cost a month."""

import dagster as dg

from platform_assets.components.declared import DeclaredComponent
from platform_assets.compute.cost.budget import BudgetDeclaration


class Budget(DeclaredComponent):
    """A budget in US dollars a calendar month; checked every day on the asset ``platform_costs``."""

    declaration_type = BudgetDeclaration

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Nothing of its own: one asset checks the budgets of all products."""
        return dg.Definitions()
