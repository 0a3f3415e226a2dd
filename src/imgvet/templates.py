"""The world in which the templates of pages are filled in: what they print is made visible, then escaped."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from imgvet.text import visible


def page_environment(package: str) -> Environment:
    """The world of the templates that stand in ``templates/`` of a package; a name that is not given is an error."""
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
