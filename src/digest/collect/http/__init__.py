"""Asking publishers: whom, when and how often, and what comes back as bytes."""
