"""The web layer: routes, middleware, rendering. Composed by `ui.py`; knows the service, nothing below it."""
