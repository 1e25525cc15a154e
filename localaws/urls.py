"""Where moto sends Network Firewall's requests, under the module name that moto looks for."""

from moto.networkfirewall.urls import url_bases

from localaws.responses import NetworkFirewallResponse

url_paths = {"{0}/$": NetworkFirewallResponse.dispatch}

__all__ = ["url_bases", "url_paths"]
