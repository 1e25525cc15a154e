"""Moving from one kind of firewall policy to the other, in two steps that people ask for."""
