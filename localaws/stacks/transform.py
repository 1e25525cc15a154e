"""The SAM transform, as a script: template and parameters in, template without SAM out, as JSON.

It runs under the Python that has SAM's translator, which is not the one of this package: SAM CLI
pins what it needs, and lives in a virtual environment of its own. It imports nothing of ours.
"""

import json
import sys

from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]  # see above
from samtranslator.translator.translator import (  # type: ignore[import-not-found]  # see above
    Translator,
)
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found]  # see above


def main() -> None:
    """Read `{"template": text, "parameters": {name: value}}`, write the expanded template.

    A template that SAM refuses ends the script with a traceback whose last line is SAM's reason.
    """
    request = json.load(sys.stdin)
    template = yaml_parse(request["template"])
    translator = Translator({}, Parser())
    expanded = translator.translate(template, request["parameters"])
    expanded.pop("Transform", None)
    json.dump(expanded, sys.stdout)


if __name__ == "__main__":
    main()
