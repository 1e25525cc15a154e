"""Where moto sends Athena's requests, under the module name that moto looks for."""

from moto.athena.urls import url_bases, url_paths

__all__ = ["url_bases", "url_paths"]
