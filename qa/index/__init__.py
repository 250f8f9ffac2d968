"""The two stores, catalog and Chroma, and their one writer."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.index.catalog.catalog import Catalog
    from qa.index.writer import IndexWriter

__all__ = ["Catalog", "IndexWriter"]
__getattr__ = offer(__name__, {"IndexWriter": "writer", "Catalog": "catalog.catalog"})
