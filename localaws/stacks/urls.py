"""Where moto sends CloudFormation's requests, under the module name that moto looks for."""

from moto.cloudformation.urls import url_bases, url_paths

__all__ = ["url_bases", "url_paths"]
