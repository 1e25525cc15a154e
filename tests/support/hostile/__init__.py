"""Inputs that mean harm, and what must hold for any of them."""
