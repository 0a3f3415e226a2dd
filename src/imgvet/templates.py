"""The Jinja environment of all pages: what templates print has its control characters made visible, and is escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from imgvet.text import visible


def page_environment(package: str) -> Environment:
    """The environment of the templates in ``templates/`` of a package; an undefined name is an error."""
    return Environment(
        autoescape=True,
        finalize=_printed,
        loader=PackageLoader(package, "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printed(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
