"""Models as a command line names them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from platform_assets.pipeline import Product

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def told_of_models(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """A command that says what a user can correct about models and declarations, without a traceback."""

    @functools.wraps(command)
    def wrapped(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        from platform_assets.learning.errors import LearningError
        from platform_assets.pipeline.product import DeclarationError

        try:
            return command(*arguments, **named)
        except (LearningError, DeclarationError) as error:
            raise click.ClickException(str(error)) from error

    return wrapped


def product_of(model: str) -> Product:
    """The product that declares a model of this name."""
    from platform_assets.pipeline.product import all_products

    products = all_products()
    found = [product for product in products if model in product.models]
    if len(found) != 1:
        known = ", ".join(name for product in products for name in product.models)
        what = "more than one product declares" if found else "no product declares"
        raise click.BadParameter(f"{what} a model '{model}'. The declared models: {known}.", param_hint="MODEL")
    return found[0]
