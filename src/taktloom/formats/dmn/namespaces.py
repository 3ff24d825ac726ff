# SPDX-License-Identifier: Apache-2.0
"""The XML namespaces of DMN 1.1 to 1.5."""

from enum import Enum

__all__ = ["DC", "DI", "FEEL_NAMESPACES", "MODEL_NAMESPACES", "DmnVersion"]

DI = "http://www.omg.org/spec/DMN/20180521/DI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"


class DmnVersion(Enum):
    """A version that can be written: namespaces of model and diagram."""

    V1_3 = ("https://www.omg.org/spec/DMN/20191111/MODEL/", "https://www.omg.org/spec/DMN/20191111/DMNDI/")
    V1_5 = ("https://www.omg.org/spec/DMN/20230324/MODEL/", "https://www.omg.org/spec/DMN/20230324/DMNDI/")

    @property
    def model(self) -> str:
        """Namespace of the model."""
        return self.value[0]

    @property
    def diagram(self) -> str:
        """Namespace of the diagram interchange."""
        return self.value[1]


MODEL_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    }
)
FEEL_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
        "https://www.omg.org/spec/DMN/20240513/FEEL/",
    }
)
